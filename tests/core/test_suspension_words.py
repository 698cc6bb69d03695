"""Keys that are put together from states: each of them says something in both languages."""

import pytest

from core.chat.words import LANGUAGES, Words
from core.suspensions.looking import Found
from core.suspensions.model import OPEN_STATES, ItemState, RestoreState, State, Verdict

NOTICES = ("no_notice", "no_final_notice", "final_notice_young", "final_notice_less", "final_notice_lapsed")
ENDS = sorted(s.value for s in State if s not in OPEN_STATES)
KEYS = [
    *(f"suspension.short.{s}" for s in State),
    *(f"suspension.state.{s}" for s in State if s is not State.VOIDED),
    *(f"suspension.item.{s}" for s in ItemState),
    *(f"suspension.vote.{v}" for v in Verdict),
    *(f"suspension.voided.{reason}" for reason in ("paid", "facts_changed", "not_entitled", "not_read_back")),
    *(f"suspension.expired.{reason}" for reason in ("undecided", "look_missing")),
    *(f"suspension.blocked.{stop}" for stop in NOTICES),
    *(f"error.approve_{stop}" for stop in NOTICES),
    *(f"suspension.mode.{mode}" for mode in ("live", "dry_run")),
    *(f"suspension.fact.{fact}" for fact in (
        "overdue", "invoices", "currency", "notices", "payer_link", "policy", "mode", "status", "quantity", "term_end", "tenant",
        "tenant_link",
    )),
    *(f"restore.state.{s}" for s in RestoreState),
    *(f"restore.by_hand.{name}" for name in ("autoRenewEnabled", "scheduledNextTermInstructions", "scheduledActions")),
    *(f"tell.suspension_{end}" for end in ENDS),
    *(f"tell.{what}" for what in (
        "suspension_approved", "suspension_expiring", "look_missing", "restore_proposed", "restored", "restore_failed", "restore_unknown",
    )),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_reason_has_its_words(language: str) -> None:
    assert [key for key in KEYS if not Words(language).has(key)] == []


def test_the_kill_switch_is_said_by_its_own_words() -> None:
    assert Words().has(f"suspension.stopped.{Found.HALTED}")
