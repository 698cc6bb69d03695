"""A sender of Standard Webhooks, written against the specification and not against our verifier."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from typing import Any

from core.people.commands import AddConnection
from tests.harness.world import World

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@dataclass
class Sender:
    """Posts to `/webhooks/<connection>` of a world, signed as it says."""

    world: World
    connection: str = "helpdesk"
    secret: str = SECRET
    count: int = field(default=0)

    def headers(self, body: bytes, *, delivery: str | None = None, at: float | None = None) -> dict[str, str]:
        self.count += 1
        identity = delivery or f"msg_{self.count}"
        stamp = str(int(time.time() if at is None else at))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        made = hmac.new(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(made).decode()
        return {
            "webhook-id": identity, "webhook-timestamp": stamp, "webhook-signature": signature, "Content-Type": "application/json",
        }  # fmt: skip

    def send(self, body: bytes, *, delivery: str | None = None, at: float | None = None, **replace: str) -> Any:
        headers = self.headers(body, delivery=delivery, at=at) | {name.replace("_", "-"): value for name, value in replace.items()}
        return self.world.client.post(f"/webhooks/{self.connection}", data=body, headers=headers)


def connect(world: World, *, name: str = "helpdesk", secret: str = SECRET, token: str = "1-14-token", **settings: str) -> Sender:
    """Connect a ticketing system to the world's desk."""
    vault = world.house.vault
    given = {"url": "http://127.0.0.1:9", "user": "csp-bot"} | settings
    secrets = (vault.seal("sign", secret), vault.seal("token", token))
    world.do(AddConnection(name=name, kind="tickets-rt", settings=given, secrets=secrets))
    world.house.connections.forget()
    return Sender(world, name, secret)
