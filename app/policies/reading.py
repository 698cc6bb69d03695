"""A policy file becomes a policy, or every fault in it with its line: first what cannot be read, then what contradicts itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from core.collections.policy import (
    ANY,
    Asks,
    Calls,
    Curfew,
    Decision,
    Does,
    Exemption,
    Holds,
    Notices,
    OnPayment,
    Payments,
    Policy,
    Promises,
    Protected,
    Quorum,
    Restoring,
    Sender,
    Step,
    Tells,
    TermEnd,
    Threshold,
)
from core.people.model import Role

from .nodes import Entry, Faults, Faulty, Unreadable, banking_days, clock, day, duration, money, root, switch, text, whole

E = TypeVar("E", bound=StrEnum)
Build = Callable[[Entry], tuple[type, dict[str, Any]]]
FOR = ("owner", *(role.value for role in Role))


def read_policy(source: str) -> Policy:
    """The policy the text says. Raises Faulty with everything that is wrong."""
    faults = Faults()
    top = root(source, faults)
    made = None if top is None else _policy(top)
    if top is not None:
        top.close()
    if faults.found or made is None:
        raise Faulty(faults.found)
    policy = Policy(**made[0])
    for line, sentence in _contradictions(policy, made[1]):
        faults.add(line, sentence)
    if faults.found:
        raise Faulty(faults.found)
    return policy


def _policy(top: Entry) -> tuple[dict[str, Any], dict[str, int]]:
    """Each part as its rule, and the line it begins on."""
    made: dict[str, Any] = {name: top.read(name, reader) for name, reader in (("version", text), ("since", day), ("title", text))}
    lines: dict[str, int] = {}
    for name, build in LISTS.items():
        entries = top.entries(name, optional=name in OPTIONAL)
        made[name] = tuple(_built(entry, build) for entry in entries)
        lines |= {f"{name}:{number}": entry.line for number, entry in enumerate(entries)}
    for name, build in PARTS.items():
        entry = top.entry(name)
        made[name], lines[name] = _built(entry, build), entry.line
    return made, lines


def _built(entry: Entry, build: Build) -> Any:
    kind, fields = build(entry)
    fields |= {"source": entry.read("source", text), "dated": entry.read("dated", day)}
    entry.close()
    return None if None in fields.values() else kind(**fields)


def _one_of(kind: type[E]) -> Callable[[str], E]:
    def read(value: str) -> E:
        try:
            return kind(value)
        except ValueError:
            raise Unreadable(f"“{value}” is none of {', '.join(kind)}.") from None

    return read


def _for(value: str) -> str:
    if value not in ("", *FOR):
        raise Unreadable(f"“{value}” is none of {', '.join(FOR)}.")
    return value


def _of(value: str) -> str:
    """Whose approvals count: `role finance`, `group money`."""
    kind, _, name = " ".join(value.split()).partition(" ")
    if kind not in ("role", "group") or not name or (kind == "role" and name not in list(Role)):
        raise Unreadable(f"“{value}” is neither a role ({', '.join(Role)}) nor a group; write it like role finance or group money.")
    return f"{kind} {name}"


def _step(entry: Entry) -> tuple[type, dict[str, Any]]:
    return Step, {
        "name": entry.read("name", text), "day": entry.read("day", whole), "does": entry.read("does", _one_of(Does)),
        "sender": entry.read("sender", _one_of(Sender), Sender.DESK), "to": entry.read("to", _for, ""),
        "by": entry.read("by", _one_of(Asks), Asks.PERSON),
        "enabled": entry.read("enabled", switch, default=True),
    }  # fmt: skip


def _threshold(entry: Entry) -> tuple[type, dict[str, Any]]:
    minor, currency = entry.read("amount", money) or (None, None)
    return Threshold, {"amount": minor, "currency": currency, "segment": entry.read("segment", text, ANY)}


def _quorum(entry: Entry) -> tuple[type, dict[str, Any]]:
    minor, currency = (entry.read("from", money) or (None, None)) if entry.has("from") else (0, ANY)
    return Quorum, {
        "approvals": entry.read("approvals", whole), "amount": minor, "currency": currency, "segment": entry.read("segment", text, ANY),
        "of": entry.read("of", _of, ANY),
    }  # fmt: skip


def _exemption(entry: Entry) -> tuple[type, dict[str, Any]]:
    return Exemption, {
        "customer": entry.read("customer", text, ""), "segment": entry.read("segment", text, ""), "until": entry.read("until", day),
        "owner": entry.read("owner", text), "remind": entry.read("remind", switch, default=False),
    }  # fmt: skip


def _notices(entry: Entry) -> tuple[type, dict[str, Any]]:
    return Notices, {
        "final_age": entry.read("final_age", duration), "proven_after": entry.read("proven_after", duration),
        "final_to": entry.read("final_to", whole), "final_lasts": entry.read("final_lasts", duration),
        "books_within": entry.read("books_within", banking_days, 0),
        "suspended": entry.read("suspended", _one_of(Tells), Tells.NEVER), "restored": entry.read("restored", _one_of(Tells), Tells.PERSON),
    }  # fmt: skip


def _fields(kind: type, **readers: Callable[[str], Any]) -> Build:
    return lambda entry: (kind, {name: entry.read(name, reader) for name, reader in readers.items()})


LISTS: dict[str, Build] = {"steps": _step, "thresholds": _threshold, "quorums": _quorum, "exemptions": _exemption}
OPTIONAL = frozenset({"exemptions"})
PARTS: dict[str, Build] = {
    "protected": lambda entry: (
        Protected, {"segments": entry.values("segments", text), "more_approvals": entry.read("more_approvals", whole)}
    ),
    "decision": _fields(
        Decision, decide_within=duration, warn_percent=whole, approval_valid=duration, cooling_off=duration, look_age=duration,
        most_a_day=whole,
    ),
    "notices": _notices,
    "curfew": _fields(Curfew, latest=clock, after_closed=clock, before_term_end=duration, staffed=duration),
    "payments": _fields(Payments, blocks_days=whole),
    "promises": _fields(Promises, judged_after=whole, longest=duration),
    "holds": _fields(Holds, goodwill_longest=duration),
    "restoring": _fields(Restoring, on_payment=_one_of(OnPayment), chase_after=duration),
    "term_end": lambda entry: (TermEnd, {"warn_days": entry.values("warn_days", whole)}),
    "calls": _fields(
        Calls, verify_first=duration, verify_every=duration, verify_for=duration, later_at_least=duration, give_up_after=whole
    ),
}  # fmt: skip


def lines_of(source: str, part: str) -> list[int]:
    """On which line each entry of a list of a file that is a policy begins."""
    top = root(source, Faults())
    return [] if top is None else [entry.line for entry in top.entries(part, optional=True)]


def _contradictions(policy: Policy, lines: dict[str, int]) -> Iterator[tuple[int, str]]:
    yield from _of_ladder(policy, lines)
    yield from _of_exemptions(policy, lines)
    decision, at = policy.decision, lines["decision"]
    if not 1 <= decision.warn_percent <= 99:
        yield at, "warn_percent must lie between 1 and 99."
    if decision.cooling_off < timedelta(minutes=5):
        yield at, "cooling_off must be at least 5 min: without time to stop it an approval is no safeguard."
    if decision.approval_valid <= decision.cooling_off:
        yield at, "approval_valid must be longer than cooling_off: else every approval expires before it can be carried out."
    if decision.most_a_day < 1:
        yield at, "most_a_day must be at least 1; `halt` in chat stops all suspensions."
    for number, rule in enumerate(policy.quorums):
        if rule.approvals < 1:
            yield lines[f"quorums:{number}"], "approvals must be at least 1: nobody suspends alone."
    if policy.notices.final_age < timedelta(days=1):
        yield lines["notices"], "final_age must be at least 1 d."
    if policy.notices.restored is Tells.NEVER:
        yield lines["notices"], "restored must be person or automatic: whose service is back is told so."
    seen: set[tuple[str, str]] = set()
    for number, limit in enumerate(policy.thresholds):
        if (limit.currency, limit.segment) in seen:
            yield lines[f"thresholds:{number}"], f"There are two thresholds for {limit.currency} and segment {limit.segment}."
        seen.add((limit.currency, limit.segment))


def _of_exemptions(policy: Policy, lines: dict[str, int]) -> Iterator[tuple[int, str]]:
    seen: set[tuple[str, str]] = set()
    for number, each in enumerate(policy.exemptions):
        at, whom = lines[f"exemptions:{number}"], (each.customer.casefold(), each.segment)
        if bool(each.customer) == bool(each.segment):
            yield at, "An exemption is for one customer, or for one segment: say “customer” or “segment”, and not both."
        if whom in seen:
            yield at, f"There are two exemptions for {each.customer or each.segment}."
        if each.until < policy.since:
            yield at, f"This exemption ended on {each.until}, before the version begins: leave it out, or say until when."
        seen.add(whom)


def _of_ladder(policy: Policy, lines: dict[str, int]) -> Iterator[tuple[int, str]]:
    first = lines.get("steps:0", 1)
    names: set[str] = set()
    for number, step in enumerate(policy.steps):
        if step.name in names:
            yield lines[f"steps:{number}"], f"There are two steps called {step.name}."
        names.add(step.name)
        if step.does is Does.REVIEW and not step.to:
            yield lines[f"steps:{number}"], f"A review needs “to”: {', '.join(FOR)}."
        if step.by is not Asks.PERSON and step.does is not Does.ASK:
            yield lines[f"steps:{number}"], "Only the step that asks an approver says “by”: the others never ask for a suspension."
    days = {step.day for step in policy.ladder}
    if len(days) != len(policy.ladder):
        yield first, "Two steps fall on the same day."
    finals = [step for step in policy.ladder if step.does is Does.FINAL]
    asks = [step for step in policy.ladder if step.does is Does.ASK]
    if len(asks) > 1 or len(finals) > 1:
        yield first, "There can be one final notice and one step that asks an approver."
    if asks and not finals:
        yield first, "A step that asks an approver needs a final notice before it."
    if asks and finals and asks[0].day < finals[0].day + policy.notices.final_age.days:
        yield first, f"From the final notice to asking an approver there must be at least {policy.notices.final_age.days} days."
