"""The app package that an administrator of Teams uploads: what the bot is called, where it may be used, which commands it offers.

https://learn.microsoft.com/microsoft-365/extensibility/schema
"""

import json
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from core.chat.actions import ActionTable
from core.chat.words import Words

VERSION = "1.29"
COMMANDS = 12  # at most, in a list
COLOR = (0x5B, 0x5F, 0xC7)
USUAL = ("help", "queue", "case", "customer", "new", "compare", "owed", "suspension", "suspend", "restore", "stop", "notice")


def manifest(app_id: str, host: str, table: ActionTable) -> dict[str, Any]:
    """For the app registered as `app_id`, its desk reached at `host`. `table` gives the commands, the usual ones first."""
    words = Words("en")
    known = [action for name in USUAL if (action := table.named(name)) is not None and action.typed]
    commands = [{"title": a.example or a.name, "description": words.say(f"help.{a.name}")[:128]} for a in known][:COMMANDS]
    scopes = ["personal", "team", "groupChat"]
    address = f"https://{host}"
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json",
        "manifestVersion": VERSION, "version": "1.0.0", "id": app_id,
        "developer": {"name": "Billing Desk", "websiteUrl": address, "privacyUrl": address, "termsOfUseUrl": address},
        "name": {"short": "Billing Desk", "full": "Billing Desk"},
        "description": {"short": words.say("help.title"), "full": words.say("help.lead")},
        "icons": {"color": "color.png", "outline": "outline.png"}, "accentColor": "#{:02X}{:02X}{:02X}".format(*COLOR),
        "bots": [{
            "botId": app_id, "scopes": scopes, "supportsFiles": False, "isNotificationOnly": False,
            "commandLists": [{"scopes": scopes, "commands": commands}],
        }],
        "validDomains": [host],
    }  # fmt: skip


def package(made: dict[str, Any]) -> bytes:
    """The zip file: the manifest and its two icons."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(made, indent=2))
        archive.writestr("color.png", icon(192, (*COLOR, 255), (255, 255, 255, 255)))
        archive.writestr("outline.png", icon(32, (0, 0, 0, 0), (255, 255, 255, 255)))
    return held.getvalue()


def icon(size: int, ground: tuple[int, ...], ink: tuple[int, ...]) -> bytes:
    """A bill with three lines, as a PNG of `size` pixels square."""
    rows = b"".join(b"\0" + b"".join(bytes(ink if _is_ink(x / size, y / size) else ground) for x in range(size)) for y in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _is_ink(x: float, y: float) -> bool:
    """The sheet's edge and its lines, in parts of the square."""
    inside = 0.26 <= x <= 0.74 and 0.18 <= y <= 0.82
    edge = inside and not (0.32 <= x <= 0.68 and 0.24 <= y <= 0.76)
    line = 0.39 <= x <= 0.61 and any(abs(y - at) <= 0.035 for at in (0.37, 0.5, 0.63))
    return edge or line


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
