"""A real Request Tracker 5 in a directory of its own, on a free port, stopped with its whole process group.

The recipe: Debian's package with SQLite, our scrips as `docs/request-tracker.md` tells an operator to make them.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.prepare import RT_SERVER
from tests.harness.databases import free_port

SETUP = "rt-setup-database-5"
GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "request-tracker.md"
SITE = """
Set($rtname,'rt.test'); Set($Organization,'rt.test'); Set($WebDomain,'127.0.0.1'); Set($WebPort,%(port)d); Set($WebPath,'');
Set($DatabaseType,'SQLite'); Set($DatabaseName,'%(folder)s/rt.sqlite'); Set($LogToSTDERR,'warning'); Set($LogToSyslog,undef);
Set($MailCommand,'mbox'); Set($BcryptCost,4); Set($RestrictReferrer,0); Set($WebSessionClass,'Apache::Session::File'); 1;
"""
DATA = """
@CustomFields = ({ Name=>'BillingCaseId', Type=>'FreeformSingle', LookupType=>'RT::Queue-RT::Ticket', Queue=>['General'] });
@Queues = ({ Name=>'Repairs', Description=>'not billing' });
my $code = <<'PERL';
%(scrip)s
PERL
@Scrips = map +{ Description=>"billing desk $_", ScripCondition=>$_, ScripAction=>'User Defined', Template=>'Blank',
  CustomPrepareCode=>'return 1;', CustomCommitCode=>$code }, 'On Create','On Correspond','On Comment','On Status Change';
@Users = ({ Name=>'csp-bot', EmailAddress=>'csp-bot@rt.test', Password=>'not-used-1234', Privileged=>1 },
          { Name=>'helga', EmailAddress=>'helga@rt.test', Password=>'not-used-5678', Privileged=>1 });
@Final = (sub {
  for my $name (qw(csp-bot helga)) {
    my $u=RT::User->new(RT->SystemUser); $u->Load($name);
    $u->PrincipalObj->GrantRight(Right=>$_, Object=>RT->System) for qw(SeeQueue ShowTicket ShowTicketComments CreateTicket ReplyToTicket
       CommentOnTicket ModifyTicket SeeCustomField ModifyCustomField ManageAuthTokens);
    my ($ok,$msg,$tok)=RT::AuthToken->new(RT->SystemUser)->Create(Owner=>$u->id, Description=>'tests');
    open my $f,'>',"%(folder)s/token-$name"; print $f $tok;
  }
});
"""


def scrip() -> str:
    """The scrip's code as the guide prints it: what operators paste is what is tested."""
    found = re.search(r"```perl\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, "docs/request-tracker.md holds no scrip"
    return found.group(1).strip()


@dataclass
class LiveTracker:
    """A running Request Tracker. `hook` is where its scrip posts; `secret` the Standard Webhooks secret it signs with."""

    folder: Path
    hook: str
    secret: str
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def hook_port(self) -> int:
        """Where its scrip posts."""
        return urlsplit(self.hook).port or 80

    def token(self, user: str) -> str:
        return (self.folder / f"token-{user}").read_text(encoding="utf-8").strip()

    def prepare(self) -> None:
        """Make the database with our scrips, users and tokens: a few seconds."""
        (self.folder / "conf.d").mkdir(parents=True)
        values = {"port": self.port, "folder": self.folder, "scrip": scrip()}
        (self.folder / "RT_SiteConfig.pm").write_text(SITE % values, encoding="utf-8")
        (self.folder / "data").write_text(DATA % values, encoding="utf-8")
        self._setup("--action", "init", "--dba", "root", "--dba-password", "", "--skip-create")
        self._setup("--action", "insert", "--datafile", str(self.folder / "data"))

    def start(self) -> None:
        """Listen, and wait until it answers."""
        log = (self.folder / "log").open("ab")
        command = [str(RT_SERVER), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, env=self._environment(), start_new_session=True, stdout=log, stderr=log)
        log.close()
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                if httpx.get(self.url, timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        raise AssertionError((self.folder / "log").read_text(errors="replace")[-2000:])

    def stop(self) -> None:
        """End the server and every process it started."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method: str, path: str, body: Any = None, *, user: str = "helga", **headers: str) -> httpx.Response:
        """REST 2 as one of its users."""
        given = {"Authorization": f"token {self.token(user)}", **headers}
        return httpx.request(method, f"{self.url}/REST/2.0/{path}", json=body, headers=given, timeout=30)

    def history(self, ticket: str) -> list[dict[str, Any]]:
        """The ticket's transactions, the oldest first."""
        found = self.call("GET", f"ticket/{ticket}/history?fields=Type,Creator,Field,OldValue,NewValue,Data&per_page=100")
        return sorted(found.json()["items"], key=lambda item: int(item["id"]))

    def contents(self, ticket: str, kind: str) -> list[str]:
        """The texts of the ticket's comments (`Comment`) or answers (`Correspond`), the oldest first."""
        texts = []
        for item in self.history(ticket):
            if item["Type"] == kind:
                listed = self.call("GET", f"transaction/{item['id']}/attachments?fields=Content,ContentType").json()["items"]
                texts += [part["Content"] for part in listed if part.get("Content")]
        return texts

    def field(self, ticket: str, name: str) -> list[str]:
        """The values of one of the ticket's custom fields."""
        fields = self.call("GET", f"ticket/{ticket}").json()["CustomFields"]
        return next(field["values"] for field in fields if field["name"] == name)

    def _setup(self, *arguments: str) -> None:
        done = subprocess.run([SETUP, *arguments], env=self._environment(), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder), "RT_SITE_CONFIG": str(self.folder / "RT_SiteConfig.pm"),
            "RT_SITE_CONFIG_DIR": str(self.folder / "conf.d"), "DESK_WEBHOOK_URL": self.hook, "DESK_WEBHOOK_SECRET": self.secret,
            "LC_ALL": "C.UTF-8",
        }  # fmt: skip
