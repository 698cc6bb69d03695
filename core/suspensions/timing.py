"""When the next step of a call is due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.collections.policy import Policy

from .ports import Answer, AnswerKind


def after_answer(answer: Answer, policy: Policy, now: datetime) -> datetime | None:
    """The moment for the next step; None when the answer is final."""
    if answer.kind is AnswerKind.ACCEPTED:
        return now + policy.calls.verify_first
    if answer.kind is AnswerKind.LATER:
        return now + max(policy.calls.later_at_least, timedelta(seconds=answer.retry_after))
    return None if answer.kind is AnswerKind.REFUSED else now


def is_over(answer: Mapping[str, Any], policy: Policy, now: datetime) -> bool:
    """Whether it was read back for long enough since the answer."""
    heard = answer.get("at")
    return heard is not None and now - datetime.fromisoformat(str(heard)) > policy.calls.verify_for
