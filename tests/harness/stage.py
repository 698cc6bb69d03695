"""One desk in one chat and one language, played through so that every view and every form is shown once: for golden files and pictures.

The texts that people and systems send are given, so that the same play shows what becomes of hostile ones.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.chat.actions import Action, ArgumentKind
from core.chat.requests import Answered, ChatRequest, Open, Refused
from core.chat.views import View
from tests.harness.faces import FACES, Face, Seen, TeamsFace
from tests.harness.world import ANA, Persona, World

KEY = re.compile(r"(form|confirm):[\w-]{10,}")  # a form's key is good once, and new each time
STAMP = re.compile(r"(webhook-timestamp\D{1,20})\d{10}")  # of the real clock
TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # Microsoft's ids, as the stand-in draws them
OWN = frozenset({"id", "hash", "team_id", "ts", "bot_id", "channel", "user", "thread_ts"})  # what Slack adds, or the address


@dataclass(frozen=True)
class Texts:
    """What people and systems write in the play."""

    title: str = "Why is my invoice higher than last month?"
    customer: str = "Nowak i Syn"
    letter: str = "They bought five seats in October; the invoice counts them from the 2nd."  # of the ticket: of any length
    note: str = "They bought five seats in October; the invoice counts them from the 2nd."
    reason: str = "Silent for six weeks, and the final notice was ten days ago."
    requestor: str = "jan@nowak.example"


@dataclass
class Stage:
    """Where the play is, and what was shown so far: a payload by its scene's name."""

    world: World
    face: Face
    texts: Texts
    shown: dict[str, Any] = field(default_factory=dict)
    views: set[type[View]] = field(default_factory=set)
    ids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        handle = self.world.house.chat.handle

        def heard(request: ChatRequest) -> Answered:
            answered = handle(request)
            self._last = answered
            return answered

        self.world.house.chat.handle = heard  # type: ignore[method-assign]  # a test's own in its place

    def show(self, scene: str, seen: Seen, *views: type[View]) -> Seen:
        """Keep what is seen under the scene's name; `views` for a card that no gesture brought."""
        assert scene not in self.shown, f"two scenes are called {scene}"
        self.shown[scene] = payload_of(self.face.name, seen)
        reply = self._last.reply
        assert not isinstance(reply, Refused) or scene.startswith(("note.", "refused.")) or views, f"{scene} was refused: {seen}"
        found = (reply.form.lead,) if isinstance(reply, Open) else (getattr(reply, "view", None),)
        self.views |= {*views} or {type(view) for view in found if view is not None}
        return seen

    def type(self, scene: str, line: str, by: Persona = ANA) -> Seen:
        """A typed line and its answer."""
        seen = self.face.type(line, by=by)
        assert seen.raw, f"{scene}: {line} was not answered"
        return self.show(scene, seen)

    def click(self, seen: Seen, action: str, by: Persona = ANA) -> Seen:
        """Press the button of that action, whatever it is called in this language; a dangerous one is said yes to."""
        label = next(label for label, button in seen.buttons.items() if action_of(self.face.name, button, label) == action)
        return self.face.click(seen, label, by=by)

    def asked(self, scene: str, seen: Seen, action: str, by: Persona) -> None:
        """What a dangerous button asks first: a dialog of its own in Teams, in Slack a part of the button."""
        if isinstance(self.face, TeamsFace):
            button = next(button for label, button in seen.buttons.items() if action_of("teams", button, label) == action)
            self.shown[scene] = payload_of("teams", self.face.fetched(button["data"], by, seen.place))

    def form(self, action: Action, subject: int, by: Persona) -> Seen:
        """The form that a button of the action opens."""
        seen = self.face.click(Seen(None, buttons={"press": pressed(self.face.name, action.name, subject)}), "press", by=by)
        assert seen.is_form, NO_FORM.format(action=action.name, subject=subject, seen=seen, refused=isinstance(self._last.reply, Refused))
        return seen


NO_FORM = (
    "pressing `{action}` about {subject} opened no form (refused: {refused}; {seen}): say in SUBJECTS of tests/harness/scenes.py "
    "about what it can be opened, and let the play make that first"
)


def pressed(chat: str, action: str, subject: int) -> dict[str, Any]:
    """A button of the action as that chat draws one, for a form."""
    if chat == "slack":
        text = {"type": "plain_text", "text": "press"}
        return {"type": "button", "action_id": f"billing:{action}:0", "value": f"{action}|{subject}|0", "text": text}
    data = {"action": action, "subject": subject, "facts": 0, "msteams": {"type": "task/fetch"}}
    return {"type": "Action.Submit", "title": "press", "data": data}


def action_of(chat: str, button: Mapping[str, Any], label: str) -> str:
    """Which action a drawn button is of."""
    if chat == "teams":
        return str((button.get("data") or {}).get("action", ""))
    if button["type"] == "overflow":
        button = next(option for option in button["options"] if option["text"]["text"] == label)
    return str(button["value"]).partition("|")[0]


def subject_of(action: Action, ids: Mapping[str, int]) -> int:
    """About what the action's form is opened, unless it is named apart: by the kind of its first argument."""
    kind = action.arguments[0].kind if action.arguments else None
    return ids.get(kind.value, 0) if isinstance(kind, ArgumentKind) else 0


def payload_of(chat: str, seen: Seen) -> Any:
    """What was sent, without what is new each time."""
    made = _slack(seen) if chat == "slack" else _teams(seen)
    text = STAMP.sub(r"\1…", KEY.sub(r"\1:…", json.dumps(made, ensure_ascii=False)))
    return json.loads(TENANT.sub("00000000-1111-2222-3333-444444444444", text))


def _slack(seen: Seen) -> Any:
    if seen.errors:
        standing = {name: value for name, value in seen.raw.items() if name not in OWN | {"private_metadata"}}
        return {"response_action": "errors", "errors": seen.errors, "over": standing, "typed": seen.fields}
    made = {name: value for name, value in seen.raw.items() if name not in OWN}
    if isinstance(made.get("private_metadata"), str):
        made["private_metadata"] = json.loads(made["private_metadata"] or "{}")
    return made


def _teams(seen: Seen) -> Any:
    """The card, in what is around it: a dialog's title, a message's summary, or the sentence that answers a click."""
    if not isinstance(seen.raw, Mapping) or "attachments" not in seen.raw:
        return {name: value for name, value in seen.raw.items() if name not in ("id", "replyToId")}
    card = seen.raw["attachments"][0]["content"]
    return {**{name: seen.raw[name] for name in ("title", "summary") if name in seen.raw}, "card": card}


def staged(world: World, chat: str, texts: Texts) -> Stage:
    """A stage with nobody on it yet."""
    return Stage(world, FACES[chat](world), texts)
