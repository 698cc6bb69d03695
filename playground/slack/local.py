"""Start and stop local-slack, a Slack emulator nobody here wrote (MIT): its own web UI, real signed deliveries to the desk.

It listens on every address of the machine and knows no other way: run it where nobody unwelcome reaches its port. It takes any blocks,
any token and never limits: put `playground.slack.proxy` before it for what Slack would refuse.
"""

import json
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

BOT = "UDESK"
WAIT = 15.0  # seconds for it to answer


def workspace(
    team: str, *, request_url: str, token: str, signing_secret: str, people: Mapping[str, str], channels: Mapping[str, str]
) -> dict[str, Any]:
    """Its workspace file (JSON is YAML): people by user id, channels by id; everybody and the bot are in every channel."""
    members = [*people, BOT]
    app = {
        "appId": "A1", "botUserId": BOT, "botName": "billing-desk", "botToken": token, "appToken": "xapp-unused",
        "signingSecret": signing_secret, "mode": "events", "requestUrl": request_url,
    }  # fmt: skip
    users = [
        {"id": user, "name": user[1:].casefold(), "real_name": name, "email": f"{user[1:]}@x.example"} for user, name in people.items()
    ]
    return {
        "workspace": {"name": "Partner", "domain": "partner", "teamId": team}, "app": app, "users": users,
        "channels": [{"id": channel, "name": name, "members": members} for channel, name in channels.items()],
    }  # fmt: skip


class Emulator:
    """One running local-slack. `binary` is what the pinned npm package brought."""

    def __init__(self, binary: Path, folder: Path, port: int) -> None:
        self._binary, self._folder, self._port = binary, folder, port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its web page; the Web API is under /api/."""
        return f"http://127.0.0.1:{self._port}"

    def start(self, world: Mapping[str, Any]) -> None:
        """Start it with this workspace file. Raises TimeoutError when it does not answer."""
        config = self._folder / "local-slack.json"
        config.write_text(json.dumps(world), encoding="utf-8")
        command: Iterable[str | Path] = (
            self._binary, "--config", config, "--port", str(self._port), "--base-host", "127.0.0.1", "--files-dir", self._folder,
        )  # fmt: skip
        with (self._folder / "local-slack.log").open("wb") as log:
            self._process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, cwd=self._folder)
        ends = time.monotonic() + WAIT
        while not self._answers():
            if time.monotonic() > ends or self._process.poll() is not None:
                self.stop()
                raise TimeoutError(f"local-slack did not start; see {self._folder / 'local-slack.log'}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it; does nothing when it is not running."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=10)

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url, timeout=1, trust_env=False).is_success
        except httpx.HTTPError:
            return False
