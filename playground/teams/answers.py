"""What Teams takes as the answer to an invoke: a card, a sentence, a dialog, choices.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/overview,
…/task-modules-and-cards/task-modules/task-modules-bots, …/cards/dynamic-search
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from playground.teams.checks import SIZE, check_card

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
SEARCH = "application/vnd.microsoft.search.searchResponse"
CHOICES = 15  # entries that a search asks for and that are shown
HEIGHTS = frozenset({"small", "medium", "large"})


def check_answer(activity: Mapping[str, Any], answered: bytes) -> list[str]:
    """What is wrong with the body that answers an activity, one line each; nothing when Teams would take it."""
    if activity.get("type") != "invoke":
        return ["answer: a message is not answered in the response"] if answered.strip() else []
    answer = ANSWERS.get(str(activity.get("name")))
    if answer is None or not answered.strip():
        return []
    try:
        found = json.loads(answered)
    except ValueError:
        return ["answer: not JSON"]
    if not isinstance(found, Mapping):
        return ["answer: must be an object"]
    size = len(json.dumps(found, ensure_ascii=False).encode())
    return [*([f"answer: {size} bytes of at most {SIZE}"] if size > SIZE else []), *answer(found)]


def _action(answer: Mapping[str, Any]) -> list[str]:
    kind, value = answer.get("type"), answer.get("value")
    problems = [] if isinstance(answer.get("statusCode"), int) else ["statusCode: required"]
    if kind == CARD:
        return problems + check_card(value)
    if kind == MESSAGE:
        return problems + ([] if isinstance(value, str) and value.strip() else ["value: a sentence is required"])
    if kind == ERROR:
        is_error = isinstance(value, Mapping) and value.get("code") and value.get("message")
        return problems + ([] if is_error else ["value: code and message are required"])
    return [*problems, f"type: {kind!r}"]


def _task(answer: Mapping[str, Any]) -> list[str]:
    task = answer.get("task")
    if not isinstance(task, Mapping):
        return ["task: required"]
    value = task.get("value")
    if task.get("type") == "message":
        return [] if isinstance(value, str) and value.strip() else ["task.value: a sentence is required"]
    if task.get("type") != "continue" or not isinstance(value, Mapping):
        return [f"task.type: {task.get('type')!r}"]
    problems = [] if str(value.get("title") or "").strip() else ["task.value.title: required"]
    for name in ("height", "width"):
        given = value.get(name)
        if not isinstance(given, int) and given not in HEIGHTS:
            problems.append(f"task.value.{name}: {given!r}")
    card = value.get("card")
    if not isinstance(card, Mapping) or card.get("contentType") != CARD:
        return [*problems, "task.value.card: an Adaptive Card is required"]
    return problems + check_card(card.get("content"))


def _search(answer: Mapping[str, Any]) -> list[str]:
    value = answer.get("value")
    results = value.get("results") if isinstance(value, Mapping) else None
    if answer.get("type") != SEARCH or not isinstance(results, list):
        return ["value.results: required"]
    problems = [f"value.results: {len(results)} of at most {CHOICES}"] if len(results) > CHOICES else []
    return problems + [f"value.results[{at}]: title and value" for at, r in enumerate(results) if not r.get("title") or not r.get("value")]


ANSWERS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "adaptiveCard/action": _action,
    "task/fetch": _task,
    "task/submit": _task,
    "composeExtension/fetchTask": _task,
    "composeExtension/submitAction": _task,
    "application/search": _search,
}
