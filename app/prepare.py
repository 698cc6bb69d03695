"""Debian packages the tests use when they are there: a browser to click in, and a ticketing system nobody here wrote."""

import shutil
import subprocess
from pathlib import Path

import click

CHROMIUM = ("chromium", "fonts-noto-color-emoji")
# dma satisfies the mail agent that Request Tracker depends on; nothing is started.
TICKETING = ("dma", "ca-certificates", "request-tracker5", "rt5-db-sqlite", "rt5-standalone", "dbconfig-sqlite3", "sqlite3")
RT_SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def install_debian() -> None:
    """Install what is missing. Raises click.ClickException where that cannot be done: not Debian, or not root."""
    wanted = [*(() if shutil.which("chromium") else CHROMIUM), *(() if RT_SERVER.exists() else TICKETING)]
    if not wanted:
        return
    if shutil.which("apt-get") is None:
        raise click.ClickException("--install needs Debian's apt-get; nothing was installed.")
    click.echo(f"Installing {', '.join(wanted)} …", err=True)
    with NothingStarted():
        _apt("update", "-qq")
        _apt("install", "-y", "-qq", "--no-install-recommends", *wanted)


class NothingStarted:
    """Debian starts a service as soon as it is installed, unless this file says no."""

    policy = Path("/usr/sbin/policy-rc.d")

    def __enter__(self) -> None:
        self._ours = not self.policy.exists()
        if self._ours:
            self.policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
            self.policy.chmod(0o755)

    def __exit__(self, *_: object) -> None:
        if self._ours:
            self.policy.unlink(missing_ok=True)


def _apt(*arguments: str) -> None:
    if subprocess.run(["apt-get", *arguments], env=ENVIRONMENT, check=False, stdout=subprocess.DEVNULL).returncode:
        raise click.ClickException(f"apt-get {arguments[0]} failed; the lines above say why. Are you root?")
