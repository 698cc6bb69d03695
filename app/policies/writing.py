"""A policy as the file that says it: what `show` prints, what `diff` compares, and what a partner starts from."""

from dataclasses import fields
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from core.collections.policy import ANY, Asks, Exemption, Notices, Policy, Quorum, Rule, Sender, Step, Tells, Threshold

PARTS = ("protected", "decision", "notices", "curfew", "payments", "promises", "holds", "restoring", "term_end", "calls")


USUAL: dict[type[Rule], dict[str, object]] = {  # what a file need not say
    Step: {"sender": Sender.DESK, "to": "", "by": Asks.PERSON, "enabled": True},
    Notices: {"books_within": 0, "suspended": Tells.NEVER, "restored": Tells.PERSON},
    Exemption: {"customer": "", "segment": "", "remind": False},
}


def write_policy(policy: Policy) -> str:
    """The whole file; reading it gives the same policy."""
    lines = [f"version: {policy.version}", f"since: {policy.since}", f"title: {policy.title}", ""]
    for name in ("steps", "thresholds", "quorums", *(["exemptions"] if policy.exemptions else [])):
        lines.append(f"{name}:")
        for rule in getattr(policy, name):
            said = _said(rule)
            lines += [f"  - {said[0]}", *(f"    {line}" for line in said[1:])]
        lines.append("")
    for name in PARTS:
        lines += [f"{name}:", *(f"  {line}" for line in _said(getattr(policy, name))), ""]
    return "\n".join(lines).rstrip() + "\n"


def _said(rule: Rule) -> list[str]:
    if isinstance(rule, Threshold):
        said = [("amount", _money(rule.amount, rule.currency)), *([] if rule.segment == ANY else [("segment", rule.segment)])]
    elif isinstance(rule, Quorum):
        said = [("approvals", str(rule.approvals))]
        said += [] if rule.currency == ANY else [("from", _money(rule.amount, rule.currency))]
        said += [] if rule.segment == ANY else [("segment", rule.segment)]
        said += [] if rule.of == ANY else [("of", rule.of)]
    else:
        own = [each.name for each in fields(rule) if each.name not in ("source", "dated", "customer_id")]
        said = [(name, _plain(getattr(rule, name))) for name in own if not _is_usual(rule, name)]
    return [f"{name}: {value}" for name, value in (*said, ("source", _quoted(rule.source)), ("dated", rule.dated.isoformat()))]


def _is_usual(rule: Rule, name: str) -> bool:
    return name in USUAL.get(type(rule), {}) and getattr(rule, name) == USUAL[type(rule)][name]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return _quoted(value) if isinstance(value, str) else str(value)


def _duration(value: timedelta) -> str:
    seconds = value // timedelta(seconds=1)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0 and (unit != "d" or seconds > 86400):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _money(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-get_currency_precision(currency))} {currency}"


def _quoted(words: str) -> str:
    """In quotes where YAML would read something else: a colon before a space, a sign at the start."""
    return f'"{words}"' if ": " in words or words[:1] in "\"'[]{}&*!|>%@`#-" else words
