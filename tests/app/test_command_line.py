"""`./desk connections | webhooks | staff | groups | customers`: a headless set-up; what is wrong ends in a sentence and changes nothing."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.cli import main, open_house
from app.receiving import sweep_inbox
from app.settings import ConfigError, load
from core.engine import journal
from core.engine.db.tables.base import metadata
from core.engine.db.tables.engine import inbox, private_texts
from core.engine.db.tables.engine import journal as entries
from core.engine.db.tables.people import connections, conversations, grants, identities, staff
from core.people.queries import routed
from tests.harness.signing import SECRET, Sender
from tests.harness.world import KEY, World

NEWER = "whsec_" + base64.b64encode(b"n" * 32).decode()
TOKEN = "1-14-verysecrettoken"
TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"
Run = Callable[..., Result]
RT = ("--set", "url=https://rt.example.com", "--set", "user=billing-desk")


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The desk's command line on this world, in a folder with files of secrets. No answer of it may hold one."""
    files = {
        "rt.secret": SECRET, "new.secret": NEWER, "rt.token": TOKEN, "empty": " \n",
        "short": "whsec_" + base64.b64encode(b"x" * 8).decode(), "plain": "no-standard-secret-at-all",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text + "\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x80")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.cli.open_house", lambda: world.house)

    def invoke(*words: str) -> Result:
        result = CliRunner().invoke(main, list(words))
        assert not [text for text in (SECRET, NEWER, TOKEN, SECRET.removeprefix("whsec_")) if text in result.output]
        world.house.connections.forget()
        return result

    return invoke


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def everything(world: World) -> dict[str, list[Any]]:
    with world.house.desk.reading() as connection:
        return {table.name: [tuple(row) for row in connection.execute(sa.select(table))] for table in metadata.sorted_tables}


def refused(world: World, run: Run, *words: str) -> str:
    """The sentence on standard error; nothing was said elsewhere, nothing was raised through, nothing was changed."""
    before = everything(world)
    result = run(*words)
    assert result.exit_code in (1, 2), result.output
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert everything(world) == before
    return " ".join(result.stderr.split())


def add(run: Run, name: str = "helpdesk") -> str:
    return done(run("connections", "add", "tickets-rt", name, "--secret-file", "rt.secret", "--token-file", "rt.token", *RT))


# Connections


def test_a_connection_is_added_listed_switched_off_and_on(world: World, run: Run) -> None:
    assert "helpdesk is connected. Its webhooks go to: POST /webhooks/helpdesk" in add(run)
    assert Sender(world).send(b"{}").status_code == 202
    listed = done(run("connections", "list"))
    assert listed == "helpdesk  tickets-rt  on  2 secrets  url=https://rt.example.com user=billing-desk\n"

    assert "helpdesk is off." in done(run("connections", "disable", "helpdesk"))
    assert Sender(world).send(b"{}").status_code == 404
    assert "  off  " in done(run("connections", "list"))
    assert "helpdesk is on." in done(run("connections", "enable", "helpdesk"))
    assert Sender(world).send(b"{}", delivery="again").status_code == 202


GOOD = ("--secret-file", "rt.secret", "--token-file", "rt.token", *RT)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("tickets-xy", "helpdesk", *GOOD), "'tickets-xy' is not one of"),
        (("tickets-rt", "Help Desk", *GOOD), "a name has small letters, digits and hyphens"),
        (("tickets-rt", "../etc", *GOOD), "a name has small letters, digits and hyphens"),
        (("tickets-rt", "x" * 41, *GOOD), "at most 40"),
        (("tickets-rt", "helpdesk", *RT), "Missing option '--secret-file'"),
        (("tickets-rt", "helpdesk", "--secret-file", "nowhere", *RT), "File 'nowhere' does not exist"),
        (("tickets-rt", "helpdesk", "--secret-file", "rt.secret", *RT), "tickets-rt needs --token-file"),
        (("tickets-rt", "helpdesk", "--secret-file", "empty", *GOOD[2:]), "empty is empty"),
        (("tickets-rt", "helpdesk", "--secret-file", "binary", *GOOD[2:]), "binary cannot be read as text"),
        (("tickets-rt", "helpdesk", "--secret-file", "short", *GOOD[2:]), "whsec_ and the base64 of 24 to 64 bytes"),
        (("tickets-rt", "helpdesk", "--secret-file", "plain", *GOOD[2:]), "whsec_ and the base64 of 24 to 64 bytes"),
        (("tickets-rt", "helpdesk", *GOOD[:4], "--set", "url=https://rt.example.com"), "--set user=… is missing"),
        (("tickets-rt", "helpdesk", *GOOD, "--set", "colour=red"), "colour is no setting of this kind; known are: url, user, queue"),
        (("tickets-rt", "helpdesk", *GOOD, "--set", "url=http://rt.example.com"), "url must begin with https://"),
        (("tickets-rt", "helpdesk", *GOOD, "--set", "url=https://user:pw@rt.example.com"), "url must hold no user"),
        (("tickets-rt", "helpdesk", *GOOD, "--set", "url=file:///etc/passwd"), "url must begin with https://"),
    ],
)  # fmt: skip
def test_a_connection_that_is_wrong_is_not_added(world: World, run: Run, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused(world, run, "connections", "add", *words)


def test_a_name_is_given_once(world: World, run: Run) -> None:
    add(run)

    told = refused(world, run, "connections", "add", "tickets-rt", "helpdesk", *GOOD)

    assert "there is a connection called “helpdesk” already" in told


@pytest.mark.parametrize("verb", ["disable", "enable", "poll"])
def test_a_connection_nobody_added_is_named(world: World, run: Run, verb: str) -> None:
    assert "there is no active connection called “nobody”" in refused(world, run, "connections", verb, "nobody")


def test_only_what_can_be_asked_is_polled(world: World, run: Run) -> None:
    done(run("connections", "add", "receivables-standard", "books", "--secret-file", "rt.secret"))

    assert "“books” cannot be asked; only ticketing systems can" in refused(world, run, "connections", "poll", "books")


# Rotation


def statuses(world: World, tag: str) -> list[int]:
    senders = (Sender(world, secret=secret) for secret in (SECRET, NEWER))
    return [sender.send(b"{}", delivery=f"{tag}{number}").status_code for number, sender in enumerate(senders)]


@pytest.mark.parametrize(
    ("options", "holds"),
    [((), timedelta(hours=24)), (("--for", "90m"), timedelta(minutes=90)), (("--for", "7d"), timedelta(days=7))],
)
def test_both_secrets_are_taken_while_they_are_rotated(world: World, run: Run, options: tuple[str, ...], holds: timedelta) -> None:
    add(run)
    assert statuses(world, "before") == [202, 401]

    told = done(run("connections", "rotate", "helpdesk", "--secret-file", "new.secret", *options))

    ending = datetime.fromisoformat(told.rsplit(" ", 1)[1].strip().rstrip("."))
    assert abs(ending - datetime.now(UTC) - holds) < timedelta(minutes=3)
    assert statuses(world, "while") == [202, 202]
    assert f"3 secrets  one ends {ending.isoformat()[:16]} UTC" in done(run("connections", "list"))


def test_the_old_secret_ends_at_the_end_of_the_day_that_was_named(world: World, run: Run) -> None:
    add(run)
    day = datetime.now(UTC).date() + timedelta(days=8)

    told = done(run("connections", "rotate", "helpdesk", "--secret-file", "new.secret", "--until", day.isoformat()))

    assert f"holds until {(day + timedelta(days=1)).isoformat()}T00:00+00:00." in told
    with world.house.desk.reading() as connection:
        (kept,) = connection.scalars(sa.select(connections.c.secrets))
    ends = {secret["id"]: secret["until"] for secret in kept if secret["use"] == "sign"}
    assert ends == {"k1": f"{(day + timedelta(days=1)).isoformat()}T00:00:00+00:00", "k3": None}


def test_an_end_may_be_a_moment_of_any_zone_and_now(world: World, run: Run) -> None:
    add(run)
    moment = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
    written = moment.isoformat().replace("12:00:00+00:00", "14:00+02:00")

    assert moment.isoformat(timespec="minutes") in done(
        run("connections", "rotate", "helpdesk", "--secret-file", "new.secret", "--until", written)
    )
    done(run("connections", "rotate", "helpdesk", "--token-file", "new.secret", "--for", "0h"))
    assert statuses(world, "both") == [202, 202]  # another use: the token's end is not the signature's


def test_after_an_end_now_only_the_new_secret_is_taken(world: World, run: Run) -> None:
    add(run)
    done(run("connections", "rotate", "helpdesk", "--secret-file", "new.secret", "--for", "0h"))

    assert statuses(world, "after") == [401, 202]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("helpdesk",), "give --secret-file or --token-file"),
        (("nobody", "--secret-file", "new.secret"), "there is no active connection called “nobody”"),
        (("helpdesk", "--secret-file", "nowhere"), "File 'nowhere' does not exist"),
        (("helpdesk", "--secret-file", "short"), "whsec_ and the base64 of 24 to 64 bytes"),
        (("helpdesk", "--secret-file", "rt.secret"), "helpdesk has the secret in rt.secret already"),
        (("helpdesk", "--secret-file", "new.secret", "--token-file", "empty"), "empty is empty"),
        (("helpdesk", "--secret-file", "new.secret", "--for", "soon"), "“--for soon” is not understood. Write it like 90m, 24h or 7d."),
        (("helpdesk", "--secret-file", "new.secret", "--for", "-1h"), "“--for -1h” is not understood"),
        (("helpdesk", "--secret-file", "new.secret", "--until", "01/12/2026"), "is not understood. Write it like 2026-12-01"),
        (("helpdesk", "--secret-file", "new.secret", "--until", "2026-02-30"), "is not understood"),
        (("helpdesk", "--secret-file", "new.secret", "--until", "2099-12-01T12:00"), "is not understood"),
        (("helpdesk", "--secret-file", "new.secret", "--until", "9999-12-31"), "is not understood"),
        (("helpdesk", "--secret-file", "new.secret", "--until", "2020-01-01"), "has passed"),
        (("helpdesk", "--secret-file", "new.secret", "--until", "2099-12-01", "--for", "1h"), "give --for or --until, not both"),
    ],
)
def test_a_rotation_that_is_wrong_rotates_nothing(world: World, run: Run, words: tuple[str, ...], sentence: str) -> None:
    add(run)

    assert sentence in refused(world, run, "connections", "rotate", *words)
    assert statuses(world, "still") == [202, 401]


# Dead letters


def dead_letter(world: World, run: Run) -> str:
    """A delivery nobody can read; its number."""
    add(run)
    Sender(world).send(b"no\x1b[2Jjson \xff")
    sweep_inbox(world.house)
    with world.house.desk.reading() as connection:
        return str(connection.scalar(sa.select(inbox.c.id)))


def test_a_dead_letter_is_listed_and_looked_at_without_harm_to_the_terminal(world: World, run: Run) -> None:
    assert "Nothing was given up." in done(run("webhooks", "list"))
    number = dead_letter(world, run)

    listed, shown = done(run("webhooks", "list")), done(run("webhooks", "show", number))

    assert f"{number}  helpdesk" in listed
    assert "not a hint as docs/request-tracker.md describes it." in listed
    assert "1 given up." in listed
    assert "webhook-id: msg_1" in shown
    assert "no\\x1b[2Jjson \\xff" in shown


def test_who_replays_and_who_discards_a_dead_letter_is_in_the_journal(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    number = dead_letter(world, run)
    monkeypatch.setenv("LOGNAME", "olga")

    assert f"{number} waits for the worker again." in done(run("webhooks", "replay", number))
    sweep_inbox(world.house)
    assert f"{number} is discarded." in done(run("webhooks", "discard", number))

    assert "Nothing was given up." in done(run("webhooks", "list"))
    with world.house.desk.reading() as connection:
        told = connection.execute(
            sa.select(entries).where(entries.c.event.in_(("delivery_replayed", "delivery_discarded"))).order_by(entries.c.id)
        ).all()
        texts = {row.digest: row.body for row in connection.execute(sa.select(private_texts))}
        assert journal.broken_links(connection, "connection:helpdesk") == []
    assert [(row.event, row.actor, row.face, row.data["delivery"]) for row in told] == [
        ("delivery_replayed", "system", "cli", int(number)),
        ("delivery_discarded", "system", "cli", int(number)),
    ]
    assert [texts[row.data["by"]["private"]] for row in told] == ["olga", "olga"]


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_what_is_no_dead_letter_is_left_alone(world: World, run: Run, verb: str) -> None:
    add(run)
    Sender(world).send(b"{}")
    with world.house.desk.reading() as connection:
        waiting = str(connection.scalar(sa.select(inbox.c.id)))

    for number in (waiting, "999", "99999999999"):
        assert f"there is no dead letter {number}" in refused(world, run, "webhooks", verb, number)
    assert "'x' is not a valid integer" in refused(world, run, "webhooks", verb, "x")


def test_a_delivery_there_is_not_cannot_be_shown(world: World, run: Run) -> None:
    assert "There is no delivery 999." in refused(world, run, "webhooks", "show", "999")


# Staff and groups


def test_a_member_is_added_given_more_and_removed(world: World, run: Run) -> None:
    assert "ana is on the staff." in done(
        run("staff", "add", "ana", "--name", "Ana", "--role", "agent", "--slack", "T1:U1", "--zone", "Europe/Warsaw", "--locale", "pl-PL")
    )
    done(run("staff", "add", "ana", "--role", "approver", "--teams", f"{TENANT}:33333333-aaaa-4bbb-8ccc-000000000308"))

    with world.house.desk.reading() as connection:
        assert sorted(connection.scalars(sa.select(grants.c.role))) == ["agent", "approver"]
        assert sorted(connection.scalars(sa.select(identities.c.face))) == ["slack", "teams"]
        assert connection.execute(sa.select(staff.c.name, staff.c.locale, staff.c.zone)).one() == ("Ana", "pl-PL", "Europe/Warsaw")
    assert f"ana  Ana  agent, approver  slack T1:U1, teams {TENANT}:33333333" in done(run("staff", "list"))
    assert "ana holds now: viewer." in done(run("staff", "role", "ana", "viewer"))
    assert "ana  Ana  viewer  slack" in done(run("staff", "list"))
    assert "ana may do nothing any more." in done(run("staff", "remove", "ana"))
    assert done(run("staff", "list")).startswith("Nobody is on the staff yet")
    with world.house.desk.reading() as connection:
        assert list(connection.scalars(sa.select(grants.c.role))) == list(connection.scalars(sa.select(identities.c.user))) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "eve", "--role", "boss"), "'boss' is not one of"),
        (("add", "eve", "--slack", "U1"), "“U1” is no such id. Write it like T012AB3CD:U034EF5GH."),
        (("add", "eve", "--slack", "U1:T1"), "is no such id"),
        (("add", "eve", "--slack", "T1:@eve"), "is no such id"),
        (("add", "eve", "--slack", "T1:C1"), "is no such id"),
        (("add", "eve", "--slack", "t1:u1"), "is no such id"),
        (("add", "eve", "--teams", TENANT), "is no such id. Write it like TENANT-ID:OBJECT-ID"),
        (("add", "eve", "--teams", f"{TENANT}:eve@contoso.test"), "is no such id"),
        (("add", "eve", "--teams", f"{TENANT}:"), "is no such id"),
        (("add", "eve", "--teams", f"{TENANT}:a:b"), "is no such id"),
        (("add", "eve", "--zone", "Mars/Base"), "“Mars/Base” is no time zone"),
        (("add", "eve", "--locale", "klingon!"), "“klingon!” is no language"),
        (("add", "eve", "--slack", "T1:U1"), "already belongs to somebody else"),
        (("add",), "Missing argument 'HANDLE'"),
        (("role", "ana", "boss"), "'boss' is not one of"),
        (("role", "ana"), "Choose from: viewer, agent, approver, finance, admin"),
        (("role", "nobody", "agent"), "Nobody on the staff is called “nobody”"),
        (("remove", "nobody"), "Nobody on the staff is called “nobody”"),
    ],
)
def test_what_is_wrong_about_a_member_is_refused(world: World, run: Run, words: tuple[str, ...], sentence: str) -> None:
    done(run("staff", "add", "ana", "--slack", "T1:U1"))

    assert sentence in refused(world, run, "staff", *words)


def test_a_group_gets_its_kinds_of_card_in_its_conversations(world: World, run: Run) -> None:
    done(run("staff", "add", "ana"))
    told = done(
        run("groups", "set", "billing", "--route", "question", "--route", "approval", "--member", "ana", "--slack", "T1:C1",
            "--teams", f"{TENANT}:19:billing@thread.tacv2")
    )  # fmt: skip

    assert "The group billing is set." in told
    with world.house.desk.reading() as connection:
        assert [len(routed(connection, route)) for route in ("question", "approval", "collection")] == [2, 2, 0]


def test_the_groups_are_listed_with_everything_that_was_set(world: World, run: Run) -> None:
    assert done(run("groups", "list")).startswith("There is no group yet")
    for handle in ("zoe", "ana", "gone"):
        done(run("staff", "add", handle))
    turns = ("--assign", "round-robin", "--most-cases", "9")
    done(run("groups", "set", "billing", "--route", "question", "--member", "zoe", "--member", "ana", "--member", "gone", *turns,
             "--slack", "T1:C1", "--locale", "pl"))  # fmt: skip
    done(run("groups", "set", "admins"))
    done(run("staff", "remove", "gone"))
    with world.house.store.writing() as connection:
        connection.execute(sa.update(conversations).values(reachable=False))

    assert done(run("groups", "list")).splitlines() == [
        "admins  gets nothing",
        "  members: nobody",
        "  opening hours: default  new cases: by hand",
        "billing  gets question",
        "  members: ana, zoe",
        "  opening hours: default  new cases: round-robin, at most 9 open cases each",
        "  slack T1:C1  pl  cannot be reached",
    ]


def test_the_command_line_needs_no_chat_but_what_answers_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(f'desk_secret_key = "{KEY}"\ndesk_database_url = "sqlite:///{tmp_path}/desk.sqlite"\n', encoding="utf-8")
    monkeypatch.setenv("DESK_CONFIG", str(file))
    house = open_house()
    monkeypatch.setattr("app.cli.open_house", lambda: house)

    done_ = [CliRunner().invoke(main, words) for words in (["migrate"], ["connections", "list"], ["staff", "list"], ["groups", "list"])]
    looked = CliRunner().invoke(main, ["doctor"])
    house.close()

    assert [result.exit_code for result in done_] == [0, 0, 0, 0]
    assert "WRONG  No chat is set up, so nobody is answered" in looked.output
    assert looked.exit_code == 1
    with pytest.raises(ConfigError, match="no chat is set up"):
        load()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--route", "gossip"), "'gossip' is not one of 'approval', 'collection', 'question'"),
        (("--member", "nobody"), "Nobody on the staff is called “nobody”"),
        (("--slack", "T1:U1"), "“T1:U1” is no such id. Write it like T012AB3CD:C056EF7GH."),
        (("--slack", "#billing"), "is no such id"),
        (("--teams", "billing"), "is no such id"),
        (("--locale", "xx-YY-ZZ-1"), "is no language"),
    ],
)
def test_what_is_wrong_about_a_group_is_refused(world: World, run: Run, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused(world, run, "groups", "set", "billing", *words)


# Customers


def test_a_customer_is_added_linked_and_made_live(world: World, run: Run) -> None:
    done(run("customers", "add", "Nowak", "--tax-id", "5260001246", "--contact", "Ala:ala@nowak.test"))
    done(run("customers", "link", "Nowak", "tenant", "partner_center", TENANT))

    assert "Nowak is live now." in done(run("customers", "mode", "Nowak", "live"))
    assert "Nowak was live before." in done(run("customers", "mode", "5260001246", "live")).replace("5260001246", "Nowak")
    assert f"Nowak  live  tenant=partner_center:{TENANT}" in done(run("customers", "list"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "X", "--contact", "ala@nowak.test"), "write it as NAME:EMAIL"),
        (("add", "X", "--zone", "Mars/Base"), "Mars/Base"),
        (("link", "Nobody", "payer", "books", "K-1"), "Nobody"),
        (("link", "Nowak", "colour", "books", "K-1"), "'colour' is not one of"),
        (("link", "Kowalski", "payer", "books", "k-1"), "Nowak"),
        (("mode", "Nowak", "maybe"), "'maybe' is not one of"),
        (("mode", "Nobody", "live"), "Nobody"),
    ],
)
def test_what_is_wrong_about_a_customer_is_refused(world: World, run: Run, words: tuple[str, ...], sentence: str) -> None:
    done(run("customers", "add", "Nowak"))
    done(run("customers", "add", "Kowalski"))
    done(run("customers", "link", "Nowak", "payer", "books", "K-1"))

    assert sentence in refused(world, run, "customers", *words)


# Help


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, command in group.commands.items():
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)  # help reads nothing
def test_every_command_and_every_option_of_the_set_up_says_what_it_is_for(world: World, run: Run) -> None:
    for path, command in commands(main):
        told = done(run(*path, "--help"))
        assert (command.help or "").rstrip().endswith("."), path
        assert told.startswith(f"Usage: main {' '.join(path)}"), path
    for path, command in commands(main):
        if path[0] in ("connections", "webhooks", "staff", "groups"):
            silent = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
            assert silent == [], path


@pytest.mark.parametrize("handle", ["", "  ", "ana nowak", "żaneta", "@"])
def test_a_short_name_that_cannot_be_typed_is_refused(world: World, run: Run, handle: str) -> None:
    refused = run("staff", "add", handle)

    assert refused.exit_code == 1
    assert "is no short name" in refused.output
    assert "Nobody is on the staff yet" in done(run("staff", "list"))


@pytest.mark.parametrize(("option", "value"), [("--locale", "xx-QQ1"), ("--country", "ZZ"), ("--country", "Poland"), ("--country", "150")])
def test_a_customer_of_no_country_or_language_is_refused(world: World, run: Run, option: str, value: str) -> None:
    refused = run("customers", "add", "Nowak", option, value)

    assert refused.exit_code == 2
    assert f"“{value}” is no " in refused.output
    assert "Nothing was changed" in refused.output


def test_a_link_names_the_customer_in_full_and_says_when_no_such_ticketing_system_is_connected(world: World, run: Run) -> None:
    done(run("customers", "add", "Nowak i Wspólnicy"))
    done(run("connections", "add", "tickets-rt", "helpdesk", "--secret-file", "rt.secret", "--token-file", "rt.token", *RT))

    typo = done(run("customers", "link", "Nowak", "ticket_org", "helpdsk", "nowak.example"))
    right = done(run("customers", "link", "Nowak", "ticket_org", "helpdesk", "nowak.example"))

    assert "No ticketing system is connected as helpdsk yet" in typo
    assert right == "ticket_org helpdesk:nowak.example stands for Nowak i Wspólnicy.\n"
