"""The app as it is installed: what its package adds to a message's own menu, in the language of whoever looks.

https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/define-action-command
"""

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class App:
    """A manifest, and by language what it says otherwise: `composeExtensions[0].commands[1].title` → text. Empty: no app package."""

    manifest: Mapping[str, Any] = field(default_factory=dict)
    localised: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def on_messages(self, locale: str) -> list[dict[str, str]]:
        """The entries of a message's own menu: id and title."""
        words = self.localised.get(locale.partition("-")[0].casefold(), {})
        found = []
        for outer, extension in enumerate(self.manifest.get("composeExtensions") or ()):
            for inner, command in enumerate(extension.get("commands") or ()):
                if command.get("type") == "action" and "message" in (command.get("context") or ()):
                    title = words.get(f"composeExtensions[{outer}].commands[{inner}].title", command["title"])
                    found.append({"id": str(command["id"]), "title": str(title)})
        return found

    def has(self, command: str) -> bool:
        """Whether a message's own menu has that entry."""
        return any(entry["id"] == command for entry in self.on_messages(""))


def load_package(path: Path) -> App:
    """The app of a package (.zip). Raises KeyError, ValueError or zipfile.BadZipFile for a file that is none."""
    with zipfile.ZipFile(path) as package:
        manifest = json.loads(package.read("manifest.json"))
        further: Iterable[Mapping[str, str]] = (manifest.get("localizationInfo") or {}).get("additionalLanguages") or ()
        localised = {named["languageTag"]: json.loads(package.read(named["file"])) for named in further}
    return App(manifest, localised)
