"""Whether each call that switched something off was allowed: judged by Partner Center's own log and by the history of events, with the
rules written down here once more, and without a word from the product's own guards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.customers.model import Mode
from core.people.model import Role
from core.suspensions.ports import Wanted
from tests.faults.chain import PEOPLE, Chain, Written

WARSAW = ZoneInfo("Europe/Warsaw")
COOLING_OFF, FRESH, RIPE = timedelta(minutes=30), timedelta(hours=2), timedelta(days=7)
MONDAY, SATURDAY, MORNING, NOON, LATE = 0, 5, time(9), time(12), time(15)
THRESHOLD = 100_00  # PLN, as shipped
PROTECTED = ("health", "school", "public_safety")
DECIDES, ATTESTS = frozenset({Role.APPROVER}), frozenset({Role.FINANCE})
Entry = Mapping[str, Any]


def judge(chain: Chain) -> list[str]:
    """What was wrong, in words; empty when every call that switched something off was right."""
    history = chain.history()
    found = [*_calls_nobody_made(chain), *_repeated(chain)]
    for written in chain.writes:
        if written.wanted is Wanted.SUSPENDED:
            found += [f"{wrong} ({written.at:%a %d %b %H:%M} UTC)" for wrong in _Case(chain, history, written).faults()]
    return found


def _calls_nobody_made(chain: Chain) -> Iterator[str]:
    """Partner Center's log is the truth: a write that the desk's own client did not make is one too many."""
    made = sorted((written.wanted.value, written.request_id) for written in chain.writes)
    if sorted((call.wanted, call.request_id) for call in chain.story.local.ledger.writes()) != made:
        yield "Partner Center was called by somebody else"


def _repeated(chain: Chain) -> Iterator[str]:
    """No request id takes effect twice, and nothing but these two states is ever written."""
    effects = [effect.request_id for effect in chain.story.local.ledger.effects]
    if len(effects) != len(set(effects)):
        yield "one call took effect twice"
    if any(call.wanted not in ("suspended", "active") for call in chain.story.local.ledger.writes()):
        yield "something else than suspended or active was written"


@dataclass
class _Case:
    """One call, and what had happened until then."""

    chain: Chain
    history: Sequence[Entry]
    written: Written

    def faults(self) -> Iterator[str]:
        begun = [e for e in self._until("sending_begun") if e["data"]["request_id"] == self.written.request_id]
        if not begun:
            yield "a call that no request stands behind"
            return
        self.number = begun[-1]["data"]["suspension_id"]
        approved = list(self._of("suspension_approved"))
        if not approved:
            yield "nobody approved it"
            return
        self.approval = approved[-1]
        for name, holds in self._rules().items():
            if not holds:
                yield name

    def _rules(self) -> dict[str, bool]:
        return {
            "without a ripe final notice": self._noticed(),
            "for more than a final notice named": self._named(),
            "without a quorum of other entitled people": self._quorum(),
            "before the cooling-off was over": self.written.at - self.approval["at"] >= COOLING_OFF,
            "after it had ended": not list(self._of("suspension_ended")),
            "on another sum than was approved": self._sum(self.written.after) == self._sum(self.approval["id"]),
            "for less than the policy suspends for": sum(self._sum(self.written.after).values()) >= THRESHOLD,
            "after the approval had run out": self.written.at < datetime.fromisoformat(self.approval["data"]["expires_at"]),
            "on a stale word of the accounting": self._fresh(),
            "while something held collecting back": not self._held(),
            "with other seats than were shown": self.written.seats == self._seats_shown(),
            "although suspensions were stopped": not self._halted(),
            "at a moment at which nothing is suspended": self._is_a_moment(),
            "for a customer in dry-run": _newest(self.chain.modes, self.written.after) is Mode.LIVE,
        }

    def _until(self, event: str, last: int | None = None) -> Iterator[Entry]:
        last = self.written.after if last is None else last
        return (e for e in self.history if e["id"] <= last and e["event"] == event)

    def _of(self, event: str) -> Iterator[Entry]:
        """Events of this very request."""
        return (e for e in self._until(event) if e["data"].get("suspension_id") == self.number)

    @property
    def _today(self) -> date:
        return self.written.at.astimezone(WARSAW).date()

    def _noticed(self) -> bool:
        finals = [e["data"] for e in self._until("notice_recorded") if e["data"]["kind"] == "final" and e["data"]["to_contact"]]
        return any(self._today - date.fromisoformat(each["sent_on"]) >= RIPE for each in finals)

    def _named(self) -> bool:
        """What was open when a ripe one was recorded: the one invoice was overdue on any day on which it can have been sent."""
        finals = [e for e in self._until("notice_recorded") if e["data"]["kind"] == "final" and e["data"]["to_contact"]]
        ripe = [e for e in finals if self._today - date.fromisoformat(e["data"]["sent_on"]) >= RIPE]
        owed = sum(self._sum(self.written.after).values())
        return not ripe or any(sum(self._sum(e["id"]).values()) >= owed for e in ripe)

    def _quorum(self) -> bool:
        rounds = [e["id"] for e in (*self._of("suspension_proposed"), *self._of("facts_rebound"))]
        proposed = next(self._of("suspension_proposed"))
        votes = [e for event in ("vote_cast", "suspension_approved") for e in self._of(event) if e["id"] > max(rounds)]
        counted = {e["actor"] for e in votes if e["actor"] != proposed["actor"] and e["actor"] != self._owner(e["id"])}
        entitled = {actor for actor in counted if self._decides(actor)}
        return len(entitled) >= (2 if self.chain.segment in PROTECTED else 1)

    def _owner(self, at: int) -> str:
        given = [e for event in ("case_assigned", "case_taken") for e in self._until(event, at)]
        newest = max(given, key=lambda e: int(e["id"]), default=None)
        return f"staff:{newest['data'].get('assignee_id') or newest['data'].get('staff_id')}" if newest else ""

    def _decides(self, actor: str) -> bool:
        return self._holds(actor, DECIDES, self.written.after)

    def _holds(self, actor: str, wanted: frozenset[Role], last: int) -> bool:
        handle = self.chain.handles[actor]
        held = [roles for after, who, roles in self.chain.roles if who == handle and after <= last]
        return bool(wanted & set(held[-1])) and handle in PEOPLE

    def _sum(self, last: int) -> dict[str, int]:
        """What was open by the newest word until then."""
        known: dict[str, int] = {}
        for heard in self._until("receivables_recorded", last):
            known |= {each["number"]: each["after"] for each in heard["data"]["changed"]}
        return known

    def _fresh(self) -> bool:
        newest = max(datetime.fromisoformat(e["data"]["as_of"]) for e in self._until("receivables_recorded"))
        needed = max(self.approval["at"], self.written.at - FRESH)
        return max([newest, *self._attested()]) >= needed

    def _attested(self) -> Iterator[datetime]:
        """Until when somebody of finance, and not who asked for it, checked the bank: never a moment that had yet to come."""
        proposer = next(self._of("suspension_proposed"))["actor"]
        for said in self._until("bank_attested"):
            until = datetime.fromisoformat(said["data"]["until"])
            if said["actor"] != proposer and until <= said["at"] and self._holds(said["actor"], ATTESTS, said["id"]):
                yield until

    def _held(self) -> bool:
        return bool(
            self._standing("promise_recorded", "promise_settled", "promise_id", "")
            or self._standing("payment_reported", "payment_settled", "payment_id", "until")
            or self._standing("hold_placed", "hold_ended", "hold_id", "until")
        )

    def _standing(self, begins: str, ends: str, key: str, until: str) -> set[int]:
        """What began, did not end, and whose day is not over."""
        over = {e["data"][key] for e in self._until(ends)}
        begun = (e["data"] for e in self._until(begins))
        return {d[key] for d in begun if d[key] not in over and not (until and date.fromisoformat(d[until]) < self._today)}

    def _is_a_moment(self) -> bool:
        """Not at the weekend, nor outside nine to three, nor on a Monday morning; no story reaches a holiday."""
        here = self.written.at.astimezone(WARSAW)
        return here.weekday() < SATURDAY and (NOON if here.weekday() == MONDAY else MORNING) <= here.time() < LATE

    def _seats_shown(self) -> int:
        return next(seats for after, seats in reversed(self.chain.seats_read.items()) if after <= self.approval["id"])

    def _halted(self) -> bool:
        switched = [e for event in ("suspensions_halted", "suspensions_allowed") for e in self._until(event)]
        return bool(switched) and max(switched, key=lambda e: int(e["id"]))["event"] == "suspensions_halted"


def _newest(marks: Sequence[tuple[int, Mode]], last: int) -> Mode:
    return [mode for after, mode in marks if after <= last][-1]
