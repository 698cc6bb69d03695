"""Whatever happens in whatever order, nothing is switched off that should not be; and without any one guard, something is.

Hypothesis tells stories of one customer: what people type and click in both chats, what the accounting and the portal say, time, and the
desk dying at its commits and calls. The oracle (oracle.py) judges every call that switched something off.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core.receivables.model import NoticeKind
from core.suspensions.model import State
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from playground.teams.tokens import Login
from tests.faults.chain import Beginning, Chain
from tests.faults.guards import GUARDS, Guard, Temptation
from tests.faults.oracle import judge
from tests.harness.databases import Databases
from tests.harness.world import CHANNELS, TEAM

pytestmark = pytest.mark.timeout(600)
SEGMENTS = ("", "health")  # health: others depend on it, so two must approve
WHO = st.sampled_from(("ana", "ben", "cleo", "otto", "fay"))
FACE = st.sampled_from(("slack", "teams"))


@pytest.fixture(scope="module")
def prepared(databases: dict[str, Databases], login: Login) -> Iterator[Callable[[str], list[Beginning]]]:
    """Beginnings by store, each made once."""
    with ExitStack() as stack:
        teams, slack = LocalTeams(login=login), LocalSlack(team=TEAM, channels=[CHANNELS["slack"]])
        for chat in (teams, slack):
            chat.start()
            stack.callback(chat.stop)

        @cache
        def of(store: str) -> list[Beginning]:
            made = [Beginning(databases[store], teams, slack, segment=segment) for segment in SEGMENTS]
            for each in made:
                stack.callback(each.close)
            return made

        yield of


@pytest.fixture
def beginnings(prepared: Callable[[str], list[Beginning]], store_kind: str) -> list[Beginning]:
    return prepared(store_kind)


class Story(RuleBasedStateMachine):
    """One story of somebody who wants the service switched off. What it came to is counted in `reached`."""

    beginnings: list[Beginning]
    reached: Counter[str]

    def _begin(self, which: int, noticed: bool, so_far: int) -> None:
        """`so_far`: how many steps towards it were taken already."""
        self._again = self.beginnings[which].again()
        self.chain: Chain = self._again.__enter__()
        if noticed:
            self.chain.notice(days_ago=8)
        for _ in range(so_far):
            self._towards("cleo" if which and self.chain.newest() else "ben", "slack")

    @rule(who=st.sampled_from(("ben", "cleo", "otto")), face=FACE)
    def go_on(self, who: str, face: str) -> None:
        self._towards(who, face)

    @rule(face=FACE)
    def press_on(self, face: str) -> None:
        self._towards("ben", face)

    def _towards(self, who: str, face: str) -> None:
        """The next step."""
        found = self.chain.newest()
        state = found.state if found is not None else None
        if state in (State.COOLING, State.LOOKING):
            self.chain.feed(self.chain.opened)
            self.chain.wait(minutes=31)
            self.chain.feed(self.chain.opened)
        elif state is State.PROPOSED:
            self.chain.approve(who, face)
        elif state is not State.SUSPENDED and state is not State.EXECUTING:
            self.chain.propose("otto" if who == "otto" else "ana", face)
        else:
            self.chain.wait(minutes=1)

    def teardown(self) -> None:
        if not hasattr(self, "chain"):
            return
        try:
            assert (wrong := judge(self.chain)) == [], wrong
            self.end()
        finally:
            self._again.__exit__(None, None, None)

    def end(self) -> None:
        """What else must be so."""
        self.reached["stories"] += 1
        self.reached["calls"] += sum(1 for written in self.chain.writes if written.wanted.value == "suspended")
        self.reached["switched off"] += sum(1 for effect in self.chain.story.local.ledger.effects if effect.after == "suspended")


class Tempted(Story):
    """Somebody who wants it switched off, and does now and then what a guard is there for."""

    temptation: Temptation

    @initialize(which=st.sampled_from((0, 0, 0, 1)), noticed=st.sampled_from((True, True, False)), so_far=st.integers(0, 2))
    def begin(self, which: int, noticed: bool, so_far: int) -> None:
        self._begin(which, noticed, so_far)

    @rule()
    def yield_to_it(self) -> None:
        self.temptation(self.chain)


class Anything(Story):
    """Everybody does everything, and the desk dies in between."""

    @initialize(
        which=st.sampled_from((0, 0, 0, 1)), noticed=st.sampled_from((True, True, True, False)), so_far=st.sampled_from((3, 0, 1, 2, 3, 4))
    )
    def begin(self, which: int, noticed: bool, so_far: int) -> None:
        self._begin(which, noticed, so_far)

    @rule(who=WHO, face=FACE, what=st.sampled_from(("approve", "approve", "force", "force", "propose", "refuse", "stop", "take_case")))
    def decide(self, who: str, face: str, what: str) -> None:
        getattr(self.chain, what)(who, face)

    @rule(who=WHO, face=FACE, what=st.sampled_from(("promise", "report_payment", "hold", "take_back", "take_back")))
    def collect(self, who: str, face: str, what: str) -> None:
        getattr(self.chain, what)(who, face)

    @rule(who=WHO, face=FACE, what=st.sampled_from(("halt", "allow", "allow", "restore")))
    def pull_the_brake(self, who: str, face: str, what: str) -> None:
        getattr(self.chain, what)(who, face)

    @rule(who=st.sampled_from(("ben", "cleo", "otto")))
    def roles_change(self, who: str) -> None:
        self.chain.change_roles(who, "")

    @rule()
    def mode_changes(self) -> None:
        self.chain.switch_mode()

    @rule(opened=st.sampled_from((12300, 12300, 11000, 9000, 0)), minutes_ago=st.sampled_from((0, 0, 60, 600)))
    def the_books_speak(self, opened: int, minutes_ago: int) -> None:
        self.chain.feed(opened, minutes_ago=minutes_ago)

    @rule(who=WHO, face=FACE, minutes_ago=st.sampled_from((-5, 0, 0, 20, 200)))
    def somebody_looked_at_the_bank(self, who: str, face: str, minutes_ago: int) -> None:
        self.chain.attest(who, face, minutes_ago=minutes_ago)

    @rule(
        days_ago=st.sampled_from((0, 3, 6, 8)),
        kind=st.sampled_from(NoticeKind),
        to=st.sampled_from(("ala@nowak.example", "x@else.example")),
    )
    def a_notice_is_recorded(self, days_ago: int, kind: NoticeKind, to: str) -> None:
        self.chain.notice(days_ago=days_ago, kind=kind, to=to)

    @rule(read=st.booleans())
    def seats_change_in_the_portal(self, read: bool) -> None:
        self.chain.change_seats(read=read)

    @rule(minutes=st.sampled_from((1, 10, 20, 31, 31, 130, 300, 24 * 60)))
    def time_passes(self, minutes: int) -> None:
        self.chain.wait(minutes=minutes)

    @rule(trouble=st.sampled_from(({"drop": "before"}, {"drop": "after"}, {"accept": (2, 0)}, {"status": 409, "body": {"code": 800082}})))
    def partner_center_is_in_trouble(self, trouble: dict[str, Any]) -> None:
        self.chain.stage(**trouble)

    @rule(commits=st.integers(1, 6), lost=st.booleans())
    def it_dies_at_a_commit(self, commits: int, lost: bool) -> None:
        self.chain.commits, self.chain.lost = commits, lost

    @rule(where=st.sampled_from(("before", "after")))
    def it_dies_at_a_call(self, where: str) -> None:
        self.chain.watched.dies = where

    def end(self) -> None:
        """From wherever it is a person gets out: the request ends, and the service is on."""
        super().end()
        chain, ledger = self.chain, self.chain.story.local.ledger
        chain.restart()
        ledger.staged.clear()
        chain.sweep()
        chain.stop("ana", "slack")
        chain.give_role("ben")
        chain.restore("ben", "teams")
        for _ in range(45):
            found = chain.newest()
            if (found is None or not found.is_open) and chain.story.status() == "active":
                break
            chain.restart()
            chain.wait(minutes=1)
        assert found is None or not found.is_open, f"{found.number} is {found.state} for ever"
        assert chain.story.status() == "active", f"it stays {chain.story.status()}"


def tell(kind: type[Story], *, stories: int, shrink: bool, **given: Any) -> Counter[str]:
    """Raises AssertionError with what the oracle says."""
    told = type("Told", (kind,), {"reached": Counter(), **given})
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ()))
    run_state_machine_as_test(
        told,
        settings=settings(
            max_examples=stories, stateful_step_count=15, deadline=None, derandomize=True, database=None, phases=phases,
            suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        ),
    )  # fmt: skip
    return told.reached


def test_nothing_is_switched_off_that_should_not_be(
    beginnings: list[Beginning], store_kind: str, record_property: Callable[[str, object], None]
) -> None:
    reached = tell(Anything, stories=40 if store_kind == "sqlite" else 15, shrink=True, beginnings=beginnings)

    said = ", ".join(f"{many} {what}" for what, many in reached.items())
    record_property("said", f"the dangerous chain on {store_kind}: {said}")
    assert reached["switched off"] > 0


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.removal.__name__)
def test_without_any_one_guard_something_is(guard: Guard, beginnings: list[Beginning], monkeypatch: pytest.MonkeyPatch) -> None:
    guard.removal(monkeypatch)

    with pytest.raises(AssertionError, match=guard.said):
        tell(Tempted, stories=60, shrink=False, beginnings=beginnings, temptation=staticmethod(guard.temptation))
