"""The app package that an administrator of Teams uploads: what the bot is called, where it may be used, which commands it offers.

https://learn.microsoft.com/microsoft-365/extensibility/schema
"""

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from bots.teams.versions import contents, version
from core.chat.actions import Action, ActionTable, Use
from core.chat.parsing import form_of
from core.chat.words import Words

VERSION = "1.29"
SCHEMAS = f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}"
COMMANDS = 12  # at most, in a list
COLOR = (0x5B, 0x5F, 0xC7)
COLOR_ICON = (192, (*COLOR, 255), (255, 255, 255, 255))  # pixels square, ground, ink
OUTLINE_ICON = (32, (0, 0, 0, 0), (255, 255, 255, 255))
ENGLISH, POLISH = Words("en"), Words("pl")


def manifest(app_id: str, host: str, table: ActionTable, made_at: datetime) -> dict[str, Any]:
    """For the app registered as `app_id`, its desk reached at `host`, made then (UTC). The everyday verbs of `table` are the commands it
    lists."""
    made = _unversioned(app_id, host, table)
    return {**made, "version": version(contents_number(made, table), made_at)}


def contents_number(made: Mapping[str, Any], table: ActionTable) -> int:
    """What the last number of the package's version says, whenever it was made."""
    return contents(made, localisation(table), pixels(*COLOR_ICON), pixels(*OUTLINE_ICON))


def _unversioned(app_id: str, host: str, table: ActionTable) -> dict[str, Any]:
    scopes = ["personal", "team", "groupChat"]
    commands = [{"title": title, "description": description} for title, description in _commands(table, ENGLISH)]
    address = f"https://{host}"
    return {
        "$schema": f"{SCHEMAS}/MicrosoftTeams.schema.json",
        "manifestVersion": VERSION, "version": "", "id": app_id,
        "developer": {"name": "Billing Desk", "websiteUrl": address, "privacyUrl": address, "termsOfUseUrl": address},
        "name": _strings(ENGLISH, "name"), "description": _strings(ENGLISH, "description"),
        "localizationInfo": {"defaultLanguageTag": "en", "additionalLanguages": [{"languageTag": "pl", "file": "pl.json"}]},
        "icons": {"color": "color.png", "outline": "outline.png"}, "accentColor": "#{:02X}{:02X}{:02X}".format(*COLOR),
        "bots": [{
            "botId": app_id, "scopes": scopes, "supportsFiles": False, "isNotificationOnly": False,
            "commandLists": [{"scopes": scopes, "commands": commands}],
        }],
        "composeExtensions": [{"botId": app_id, "commands": [_message_command(action, ENGLISH) for action in table.on_messages()]}],
        "validDomains": [host],
    }  # fmt: skip


def localisation(table: ActionTable) -> dict[str, str]:
    """The manifest's sentences and commands for people whose Teams is in Polish, by their place in the manifest.

    https://learn.microsoft.com/microsoftteams/platform/resources/schema/localization-schema
    """
    made = {"$schema": f"{SCHEMAS}/MicrosoftTeams.Localization.schema.json"}
    made |= {f"{part}.{name}": text for part in ("name", "description") for name, text in _strings(POLISH, part).items()}
    for at, (title, description) in enumerate(_commands(table, POLISH)):
        place = f"bots[0].commandLists[0].commands[{at}]"
        made |= {f"{place}.title": title, f"{place}.description": description}
    for at, action in enumerate(table.on_messages()):
        command = _message_command(action, POLISH)
        made |= {f"composeExtensions[0].commands[{at}].{part}": str(command[part]) for part in ("title", "description")}
    return made


def everyday(table: ActionTable) -> list[Action]:
    """The verbs that the command list names; as many as it takes. Help comes first: it names the others."""
    found = [action for action in table.all if action.typed and action.use is Use.EVERYDAY]
    return [*(action for action in table.all if action.name == "help"), *found][:COMMANDS]


def _commands(table: ActionTable, words: Words) -> Iterator[tuple[str, str]]:
    """What is put into the message when somebody picks it, and what is read beside it."""
    for action in everyday(table):
        yield action.called(words.language), f"{form_of(words, action)} – {words.say(f'help.{action.name}')}"[:128]


def _message_command(action: Action, words: Words) -> dict[str, Any]:
    """An entry of a message's own menu, answered with a dialog.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/define-action-command
    """
    title, description = words.say(f"message.{action.name}"), words.say(f"message.{action.name}.help")
    return {"id": action.name, "type": "action", "title": title, "description": description, "context": ["message"], "fetchTask": True}


def _strings(words: Words, part: str) -> Mapping[str, str]:
    """Short and full, as the manifest wants them."""
    if part == "name":
        return {"short": "Billing Desk", "full": "Billing Desk"}
    return {"short": words.say("app.short"), "full": words.say("app.full")}


def package(made: Mapping[str, Any], polish: Mapping[str, str]) -> bytes:
    """The zip file: the manifest, its words in Polish and its two icons."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(made, indent=2))
        archive.writestr("pl.json", json.dumps(polish, indent=2, ensure_ascii=False))
        archive.writestr("color.png", icon(*COLOR_ICON))
        archive.writestr("outline.png", icon(*OUTLINE_ICON))
    return held.getvalue()


def icon(size: int, ground: tuple[int, ...], ink: tuple[int, ...]) -> bytes:
    """A bill with three lines, as a PNG of `size` pixels square."""
    rows = pixels(size, ground, ink)
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def pixels(size: int, ground: tuple[int, ...], ink: tuple[int, ...]) -> bytes:
    """The picture's rows, each after its filter byte, as a PNG holds them before they are packed."""
    return b"".join(b"\0" + b"".join(bytes(ink if _is_ink(x / size, y / size) else ground) for x in range(size)) for y in range(size))


def _is_ink(x: float, y: float) -> bool:
    """The sheet's edge and its lines, in parts of the square."""
    inside = 0.26 <= x <= 0.74 and 0.18 <= y <= 0.82
    edge = inside and not (0.32 <= x <= 0.68 and 0.24 <= y <= 0.76)
    line = 0.39 <= x <= 0.61 and any(abs(y - at) <= 0.035 for at in (0.37, 0.5, 0.63))
    return edge or line


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
