"""Interactive elements and their limits.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Callable, Mapping
from typing import Any

from playground.slack.texts import Problems, length, text_object, unknown_keys

COMMON = frozenset({"type", "action_id", "confirm", "focus_on_load"})
SELECT = frozenset({"placeholder", "initial_option"})
KEYS: Mapping[str, frozenset[str]] = {
    "button": frozenset({"text", "value", "url", "style", "accessibility_label"}),
    "overflow": frozenset({"options"}),
    "static_select": SELECT | {"options", "option_groups"},
    "external_select": SELECT | {"min_query_length"},
    "users_select": frozenset({"placeholder", "initial_user"}),
    "datepicker": frozenset({"placeholder", "initial_date"}),
    "checkboxes": frozenset({"options", "initial_options"}),
    "radio_buttons": frozenset({"options", "initial_option"}),
    "plain_text_input": frozenset({"placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config"}),
    "number_input": frozenset({"is_decimal_allowed", "initial_value", "min_value", "max_value", "placeholder"}),
    "image": frozenset({"alt_text", "image_url", "slack_file"}),
}


def check_element(problems: Problems, path: str, found: object, allowed: frozenset[str]) -> None:
    """An element in a place that takes the `allowed` types."""
    kind = found.get("type") if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or kind not in allowed:
        problems.append(f"{path}: {kind!r} may not be here")
        return
    if kind in KEYS:
        unknown_keys(problems, path, found, KEYS[kind] | COMMON)
    length(problems, f"{path}.action_id", found.get("action_id", ""), 255, least=0)
    if "placeholder" in found:
        text_object(problems, f"{path}.placeholder", found["placeholder"], 150, plain=True)
    if "confirm" in found:
        _confirm(problems, f"{path}.confirm", found["confirm"])
    if kind in CHECKS:
        CHECKS[kind](problems, path, found)


def option(problems: Problems, path: str, found: object, *, plain: bool = True) -> None:
    """A choice: its label and its value."""
    if not isinstance(found, Mapping):
        problems.append(f"{path}: an option is required")
        return
    unknown_keys(problems, path, found, {"text", "value", "description", "url"})
    text_object(problems, f"{path}.text", found.get("text"), 75, plain=plain)
    length(problems, f"{path}.value", found.get("value"), 150)
    if "description" in found:
        text_object(problems, f"{path}.description", found["description"], 75, plain=plain)


def options(problems: Problems, path: str, found: object, *, least: int = 1, most: int = 100, plain: bool = True) -> None:
    """Choices, each value once."""
    if not isinstance(found, list) or not least <= len(found) <= most:
        problems.append(f"{path}: {len(found) if isinstance(found, list) else 'no'} options, must be {least} to {most}")
        return
    for at, each in enumerate(found):
        option(problems, f"{path}[{at}]", each, plain=plain)
    values = [each.get("value") for each in found if isinstance(each, Mapping)]
    if len(set(values)) < len(values):
        problems.append(f"{path}: a value is there twice")


def _confirm(problems: Problems, path: str, found: object) -> None:
    if not isinstance(found, Mapping):
        problems.append(f"{path}: must be a confirmation")
        return
    unknown_keys(problems, path, found, {"title", "text", "confirm", "deny", "style"})
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        text_object(problems, f"{path}.{name}", found.get(name), most, plain=name != "text")


def _button(problems: Problems, path: str, found: Mapping[str, Any]) -> None:
    text_object(problems, f"{path}.text", found.get("text"), 75, plain=True)
    length(problems, f"{path}.value", found.get("value", ""), 2000, least=0)
    length(problems, f"{path}.url", found.get("url", ""), 3000, least=0)
    length(problems, f"{path}.accessibility_label", found.get("accessibility_label", ""), 75, least=0)
    if found.get("style", "primary") not in ("primary", "danger"):
        problems.append(f"{path}.style: {found['style']!r}")


def _select(problems: Problems, path: str, found: Mapping[str, Any]) -> None:
    if found["type"] == "static_select" and "option_groups" not in found:
        options(problems, f"{path}.options", found.get("options"))
        if "initial_option" in found and found["initial_option"] not in (found.get("options") or []):
            problems.append(f"{path}.initial_option: is none of the options")
    if "initial_option" in found:
        option(problems, f"{path}.initial_option", found["initial_option"])


def _boxes(problems: Problems, path: str, found: Mapping[str, Any]) -> None:
    options(problems, f"{path}.options", found.get("options"), most=10, plain=False)
    initial = found.get("initial_options", [])
    if "initial_options" in found and (not initial or any(each not in found.get("options", []) for each in initial)):
        problems.append(f"{path}.initial_options: must be some of the options")


def _text_input(problems: Problems, path: str, found: Mapping[str, Any]) -> None:
    most = found.get("max_length", 3000)
    if not isinstance(most, int) or not 1 <= most <= 3000:
        problems.append(f"{path}.max_length: {most!r} must be 1 to 3000")
        most = 3000
    if "initial_value" in found:
        length(problems, f"{path}.initial_value", found["initial_value"], min(most, 3000))


def _date(problems: Problems, path: str, found: Mapping[str, Any]) -> None:
    given = found.get("initial_date")
    if given is not None and (not isinstance(given, str) or len(given) != 10 or given[4] + given[7] != "--"):
        problems.append(f"{path}.initial_date: {given!r} is not YYYY-MM-DD")


def _image(problems: Problems, path: str, found: Mapping[str, Any]) -> None:
    length(problems, f"{path}.alt_text", found.get("alt_text"), 2000)


CHECKS: Mapping[str, Callable[[Problems, str, Mapping[str, Any]], None]] = {
    "button": _button,
    "overflow": lambda problems, path, found: options(problems, f"{path}.options", found.get("options"), most=5),
    "static_select": _select,
    "external_select": _select,
    "checkboxes": _boxes,
    "radio_buttons": lambda problems, path, found: options(problems, f"{path}.options", found.get("options"), most=10),
    "plain_text_input": _text_input,
    "datepicker": _date,
    "image": _image,
}
