"""`./desk policy`: a file is read with its lines, applied once, shown, compared; requests stand on the version they were asked under."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from app.cli import Sentences
from app.policies.command import policy
from app.policies.nodes import Faulty
from app.policies.reading import read_policy
from app.policies.writing import write_policy
from core.collections.commands import ApplyPolicy
from core.collections.policy import Asks, Need, Quorum, Threshold
from core.collections.queries import policy_called, policy_on
from core.collections.shipped import DATED, OURS, SHIPPED
from core.customers.commands import AddCustomer
from core.engine.errors import Conflict, NotAllowed
from tests.harness.questions import acting
from tests.harness.world import ANA, FAY, World

ROOT = Path(__file__).resolve().parents[2]
TEXT = write_policy(SHIPPED)


def run(world: World, *arguments: str) -> Result:
    group = Sentences(commands={"policy": policy})
    return CliRunner().invoke(group, ["policy", *arguments], obj=lambda: world.house)


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Faulty) as found:
        read_policy(text)
    return [(fault.line, fault.sentence) for fault in found.value.faults]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_the_shipped_policy_is_the_file_that_a_partner_starts_from() -> None:
    assert read_policy((ROOT / "docs" / "policy.yaml").read_text(encoding="utf-8")) == SHIPPED
    assert read_policy(TEXT) == SHIPPED


@given(seconds=st.integers(60, 10**6), percent=st.integers(1, 99), amount=st.integers(1, 10**9), day=st.dates(date(2020, 1, 1)))
def test_whatever_is_written_is_read_back(seconds: int, percent: int, amount: int, day: date) -> None:
    decision = replace(SHIPPED.decision, look_age=timedelta(seconds=seconds - seconds % 60), warn_percent=percent)
    thresholds = (Threshold(currency="JPY", amount=amount, segment="school", source="a: contract", dated=day),)
    quorums = (*SHIPPED.quorums, Quorum(approvals=2, currency="KWD", amount=amount, source="- ours", dated=day))
    made = replace(SHIPPED, version="v2", since=day, decision=decision, thresholds=thresholds, quorums=quorums)

    assert read_policy(write_policy(made)) == made


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("cooling_off: 30 min", "cooling_off: half an hour", "is no duration; write it like 30 min"),
        ("cooling_off: 30 min", "cooling_off: 10 s", "at least 5 min"),
        ("approval_valid: 4 h", "approval_valid: 20 min", "longer than cooling_off"),
        ("most_a_day: 10", "most_day: 10", "knows no “most_day”"),
        ("day: 21", "day: 20", "there must be at least 7 days"),
        ("day: 7", "day: 3", "on the same day"),
        ("name: firm", "name: due", "two steps called due"),
        ("does: final", "does: shout", "is none of remind, final, ask, review"),
        ("amount: 100.00 PLN", "amount: 1,200 PLN", "is no amount"),
        ("amount: 100.00 PLN", "amount: 100.005 PLN", "smallest coin"),
        ("approvals: 1", "approvals: 0", "nobody suspends alone"),
        ("approvals: 1", "approvals: 2\n    of: role treasurer", "is neither a role"),
        ("approvals: 1", "approvals: 2\n    of: finance", "write it like role finance or group money"),
        ("books_within: 3", "books_within: 0", "no number of banking days: at least 1"),
        ("latest: 15:00", "latest: 3pm", "is no time of day"),
        ("dated: 2026-11-01", "dated: 1.11.2026", "write it like 2026-11-01"),
        ("warn_days: [14, 7, 2]", "warn_days: [14, soon]", "“soon” cannot be read"),
    ],
)
def test_a_fault_is_named_with_its_line(before: str, after: str, sentence: str) -> None:
    text = TEXT.replace(before, after, 1)

    found = faults(text)

    assert any(sentence in said for _, said in found), found
    if "\n" not in after and before not in (
        "day: 21",
        "day: 7",
        "cooling_off: 30 min",
        "approval_valid: 4 h",
        "approvals: 1",
        "name: firm",
    ):
        assert line_of(text, after) in {line for line, _ in found}


def test_all_faults_of_a_file_are_named_at_once() -> None:
    text = (
        TEXT.replace("cooling_off: 30 min", "cooling_off: soon").replace("staffed: 2 h", "").replace("most_a_day: 10", "most_a_day: many")
    )

    assert len(faults(text)) == 3


@pytest.mark.parametrize("text", ["", "- a\n- b", "a: [", "version: 1\nversion: 2", "\t", "steps: 5"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    assert faults(text)


def test_a_file_is_checked_applied_shown_and_compared(world: World, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(TEXT.replace("version: 2026-11", "version: ours-1").replace("approvals: 1", "approvals: 2"), encoding="utf-8")

    assert "is a policy: version ours-1" in run(world, "check", str(file)).output
    compared = run(world, "diff", str(file)).output
    assert "-  - approvals: 1" in compared
    assert "+  - approvals: 2" in compared
    assert "counts from 2026-01-01" in run(world, "apply", str(file)).output
    assert "applied already" in run(world, "apply", str(file)).output
    assert run(world, "show").output == file.read_text(encoding="utf-8")
    assert "in force" in run(world, "show", "--list").output
    assert run(world, "show", "2026-11").output == TEXT
    assert "There is no version 7" in run(world, "show", "7").output


def test_a_version_never_changes_its_rules(world: World, tmp_path: Path) -> None:
    world.do(ApplyPolicy(policy=SHIPPED, text=TEXT))
    with pytest.raises(Conflict):
        world.do(ApplyPolicy(policy=replace(SHIPPED, title="Other"), text=TEXT))
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("title: Zażółć".encode("cp1250"))
    assert "is not UTF-8" in run(world, "check", str(latin)).output


def test_the_version_that_began_last_counts(world: World) -> None:
    later = replace(SHIPPED, version="later", since=date(2027, 1, 1))
    earlier = replace(SHIPPED, version="earlier", since=date(2026, 12, 1))
    world.do(ApplyPolicy(policy=later, text="a"))
    world.do(ApplyPolicy(policy=earlier, text="b"))

    with world.house.desk.reading() as connection:
        counts = [policy_on(connection, day).version for day in (date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 1))]
        assert policy_called(connection, "later") == later
        with pytest.raises(LookupError):
            policy_called(connection, "never")
    assert counts == ["2026-11", "earlier", "later"]


def test_only_finance_applies_a_policy(world: World) -> None:
    world.hire(ANA, FAY)
    changed = ApplyPolicy(policy=replace(SHIPPED, version="x"), text="x")
    with pytest.raises(NotAllowed):
        world.do(changed, acting(world, ANA))
    world.do(changed, acting(world, FAY))


def test_the_strictest_rule_and_the_protected_segment_count() -> None:
    rules = (
        *SHIPPED.quorums,
        Quorum(approvals=2, currency="PLN", amount=10_000_00, source=OURS, dated=DATED),
        Quorum(approvals=3, segment="school", source=OURS, dated=DATED),
    )
    made = replace(SHIPPED, quorums=rules)

    assert made.approvals(amount=5_00, currency="PLN", segment="") == 1
    assert made.approvals(amount=10_000_00, currency="PLN", segment="") == 2
    assert made.approvals(amount=10_000_00, currency="EUR", segment="") == 1
    assert made.approvals(amount=1, currency="EUR", segment="school") == 4
    assert made.approvals(amount=1, currency="EUR", segment="health") == 2


def test_whose_approvals_count_is_named_beside_how_many_it_takes() -> None:
    rules = (
        *SHIPPED.quorums,
        Quorum(approvals=2, currency="PLN", amount=10_000_00, of="role finance", source=OURS, dated=DATED),
        Quorum(approvals=1, of="group money", segment="school", source=OURS, dated=DATED),
    )
    made = replace(SHIPPED, quorums=rules)

    assert made.needs(amount=1, currency="EUR", segment="") == (Need(1),)
    assert made.needs(amount=10_000_00, currency="PLN", segment="") == (Need(2), Need(2, "role finance"))
    assert made.needs(amount=10_000_00, currency="PLN", segment="school") == (Need(3), Need(1, "group money"), Need(2, "role finance"))
    assert read_policy(write_policy(made)) == made


EXEMPT = """
exemptions:
  - customer: Nowak
    until: 2027-03-31
    owner: fay
    source: "contract: 7/2026"
    dated: 2026-11-01
  - segment: school
    until: 2027-08-31
    owner: fay
    remind: yes
    source: board decision
    dated: 2026-11-01
"""


def test_exemptions_are_read_written_and_their_faults_named_with_their_lines() -> None:
    made = read_policy(TEXT + EXEMPT)
    assert [(e.customer, e.segment, e.owner, e.remind) for e in made.exemptions] == [
        ("Nowak", "", "fay", False),
        ("", "school", "fay", True),
    ]
    assert read_policy(write_policy(made)) == made

    for before, after, sentence in (
        ("    until: 2027-03-31\n", "", "lacks “until”"),
        ('    owner: fay\n    source: "contract', '    source: "contract', "lacks “owner”"),
        ("customer: Nowak", "customer: Nowak\n    segment: school", "and not both"),
        ("until: 2027-03-31", "until: 2025-03-31", "before the version begins"),
        ("segment: school", "customer: NOWAK", "two exemptions for NOWAK"),
        ("remind: yes", "remnd: yes", "knows no “remnd”"),
    ):
        text = TEXT + EXEMPT.replace(before, after, 1)
        found = faults(text)
        assert any(sentence in said for _, said in found), (after, found)
        assert min(line for line, _ in found) > len(TEXT.splitlines())


def test_applying_refuses_an_exemption_of_whom_nobody_knows_with_its_line(world: World, tmp_path: Path) -> None:
    world.do(AddCustomer(name="Nowak"))
    file = tmp_path / "ours.yaml"
    text = TEXT.replace("version: 2026-11", "version: ours-2") + EXEMPT
    file.write_text(text.replace("customer: Nowak", "customer: Kowalski"), encoding="utf-8")

    refused = run(world, "apply", str(file)).output
    assert f"{file}:{line_of(text, 'customer: Nowak')}: “Kowalski” is no customer of ours" in refused.replace("\n", "")
    assert f"{file}:{line_of(text, 'segment: school')}: “fay” does not work here" in refused.replace("\n", "")

    world.hire(FAY)
    file.write_text(text.replace("approvals: 1", "approvals: 1\n    of: group money", 1), encoding="utf-8")
    refused = run(world, "apply", str(file)).output.replace("\n", "")
    assert f"{file}:{line_of(text, 'approvals: 1')}: The group “money” is not there" in refused
    file.write_text(text, encoding="utf-8")
    assert "+  - customer: Nowak" in run(world, "diff", str(file)).output
    assert "counts from 2026-01-01" in run(world, "apply", str(file)).output
    assert "applied already" in run(world, "apply", str(file)).output


def test_a_policy_may_ask_for_suspensions_itself_and_only_in_the_step_that_asks() -> None:
    asks = TEXT.replace("does: ask\n", "does: ask\n    by: policy\n")
    read = read_policy(asks)
    assert [(step.name, step.by) for step in read.steps if step.by is not Asks.PERSON] == [("ask", Asks.POLICY)]
    assert read_policy(write_policy(read)) == read

    other = TEXT.replace("does: final\n", "does: final\n    by: policy\n")
    said = "Only the step that asks an approver says “by”: the others never ask for a suspension."
    assert faults(other) == [(line_of(other, "name: final"), said)]
    odd = TEXT.replace("does: ask\n", "does: ask\n    by: robot\n")
    assert faults(odd) == [(line_of(odd, "by: robot"), "“by” of steps, entry 6: “robot” is none of person, policy.")]
