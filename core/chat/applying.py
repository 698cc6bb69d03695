"""Which arguments of a verb matter, by what was said of those they depend on. What does not matter is ignored, whoever sent it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from .actions import Argument
from .forms import When


def applying(arguments: Iterable[Argument], said: Mapping[str, str], *, in_form: bool) -> Iterator[Argument]:
    """The arguments that matter, each required or not as what was `said` decides: values by name, as fields would send them.

    `in_form`: nothing said of the one it depends on means no; in a typed line that one was left out: it may be given, and need not.
    """
    kept: dict[str, str] = {}
    for argument in arguments:
        decided = _is_met(argument.when, kept)
        if decided if in_form else decided is not False:
            kept[argument.name] = said.get(argument.name, "")
            is_as_written = decided and _is_met(argument.required_when, kept)
            yield argument if is_as_written or not argument.required else replace(argument, required=False)


def as_said(given: Mapping[str, object]) -> dict[str, str]:
    """Understood arguments, as far as others may depend on them."""
    return {name: _text(value) for name, value in given.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _is_met(when: When | None, kept: Mapping[str, str]) -> bool | None:
    """None where the one that decides matters and nothing was said of it."""
    if when is None:
        return True
    held = kept.get(when.field)
    return False if held is None else when.met(held) if held else None
