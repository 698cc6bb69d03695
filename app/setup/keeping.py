"""What was answered and stood its test, kept at once in the settings file: a later run goes on where this one ended."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import click


class Kept:
    """The settings file (`desk.toml`, or what DESK_CONFIG names). The environment wins over it, here as when the desk starts."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path, self._environment = path, environment
        self._read()

    @property
    def path(self) -> Path:
        """The settings file."""
        return self._path

    def get(self, name: str) -> str:
        """A setting as it is now, or ""; secrets may be in files of their own, as everywhere."""
        if file := self._environment.get(f"{name.upper()}_FILE"):
            try:
                return Path(file).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise click.ClickException(f"{name.upper()}_FILE cannot be read: {error.strerror}. Nothing was changed.") from None
        return self._environment.get(name.upper(), "") or str(self._values.get(name, ""))

    def save(self, values: Mapping[str, str]) -> None:
        """Write these, whole or not at all, readable by their owner only. What else the file holds stays as it is."""
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        changed = {name: value for name, value in values.items() if value != self.get(name)}
        for name, value in changed.items():
            text = _with(text, name, value)
        if tomllib.loads(text) != {**self._raw, **changed}:
            raise click.ClickException(f"{self._path} cannot be changed without harm: write {', '.join(changed)} into it by hand.")
        fresh = self._path.with_name(f".{self._path.name}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        self._read()

    def _read(self) -> None:
        try:
            self._raw = tomllib.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise click.ClickException(f"{self._path} is not TOML: {error}. Nothing was changed.") from None
        self._values = {name.lower(): value for name, value in self._raw.items()}


def _with(text: str, name: str, value: str) -> str:
    """The text with this key at its top level; JSON's strings are TOML's (https://toml.io/en/v1.0.0#string)."""
    line = f"{name} = {json.dumps(value)}"
    found = re.compile(rf"^{name}[ \t]*=.*$", re.MULTILINE)
    if found.search(text):
        return found.sub(lambda _: line, text, count=1)
    head, table, rest = text.partition("\n[") if not text.startswith("[") else ("", "[", text[1:])
    return f"{head.rstrip()}\n{line}\n{table}{rest}".lstrip("\n")
