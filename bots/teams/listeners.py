"""What each kind of activity leads to: a table over raw JSON, so that it survives the SDK's successor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from bots.teams.auth import tenant_of
from bots.teams.cards import card
from bots.teams.connector import Connector
from bots.teams.fitting import clip
from bots.teams.forms import confirmation, dialog, said
from bots.teams.gestures import (
    address_of,
    conversation_of,
    from_execute,
    from_fetch,
    from_message,
    from_message_menu,
    from_search,
    from_submit,
    from_update,
    is_personal,
    is_pressed_in_dialog,
    pressed_data,
)  # fmt: skip
from bots.teams.notifier import message
from bots.teams.payloads import CARD_TYPE, ERROR_TYPE, MESSAGE_TYPE, SEARCH_TYPE, Activity, Element
from core.chat.handle import Chat
from core.chat.requests import Answered, Card, ChatRequest, Open, Private, Refused, Reply
from core.chat.showing.asking import opener
from core.chat.views import HomeView, View
from core.chat.words import Words
from core.engine.errors import DeliveryError
from core.engine.transaction import SYSTEM
from core.people.commands import LearnAddress, LearnConversation, Place
from core.people.queries import address_of as address_of_member
from core.people.queries import place_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Invoked:
    """The body and status of an invoke's answer; a plain message has none."""

    status: int
    body: Element | None = None


class Listeners:
    """Answers activities. Messages are answered in turn through the Connector, invokes in their own response."""

    def __init__(self, chat: Chat, connector: Connector) -> None:
        self._chat = chat
        self._connector = connector
        self._invokes: Mapping[str, Callable[[Activity], Invoked]] = {
            "adaptiveCard/action": self.on_execute,
            "task/fetch": self.on_fetch,
            "task/submit": self.on_submit,
            "application/search": self.on_search,
            "composeExtension/fetchTask": self.on_message_menu,
            "composeExtension/submitAction": self.on_submit,
        }

    def on_activity(self, activity: Activity) -> Invoked | None:
        """The one entry. Unknown types are fine and do nothing; an unknown invoke is refused politely."""
        kind = activity.get("type")
        if kind == "message":
            self.on_message(activity)
        elif kind == "invoke":
            answer = self._invokes.get(str(activity.get("name")))
            return answer(activity) if answer else Invoked(501)
        elif kind in ("installationUpdate", "conversationUpdate"):
            self.on_installation(activity)
        return None

    def on_message(self, activity: Activity) -> None:
        """A typed verb answers in the personal chat; in a channel only a neutral line stays behind."""
        self.learn(activity)
        request = from_message(activity)
        self.learn_sender(request)
        answered = self._chat.handle(request)
        reply, words = answered.reply, answered.words
        view = opener(words, reply.form) if isinstance(reply, Open) else shown(reply)
        if view is None:
            return
        self._tell(activity, request, view, words)

    def on_execute(self, activity: Activity) -> Invoked:
        """The clicked card's new truth in place, or a short private sentence; in the personal chat also the whole of what it sums up."""
        request = from_execute(activity)
        if not request.action:
            return Invoked(200, _error("BadRequest", "The card's action is not one of ours."))
        self.learn_sender(request)
        answered = self._chat.handle(request)
        reply, words = answered.reply, answered.words
        if isinstance(reply, Card):
            return Invoked(200, {"statusCode": 200, "type": CARD_TYPE, "value": card(reply.view, words)})
        view = shown(reply)
        if isinstance(reply, Private) and request.private and _says_more(reply.view):
            self._tell(activity, request, reply.view, words)
        sentence = words.say("done") if view is None else ". ".join(x for x in (view.title, view.status) if x)
        return Invoked(200, {"statusCode": 200, "type": MESSAGE_TYPE, "value": sentence})

    def on_fetch(self, activity: Activity) -> Invoked:
        """A dialog, or a sentence in its place; a dangerous button asks first and does nothing yet."""
        if (asked := confirmation(pressed_data(activity))) is not None:
            return Invoked(200, asked)
        request = from_fetch(activity)
        self.learn_sender(request)
        return self._dialog(self._chat.handle(request))

    def on_message_menu(self, activity: Activity) -> Invoked:
        """The form of a verb that was chosen in a message's own menu."""
        request = from_message_menu(activity)
        if request.action not in {action.name for action in self._chat.table.on_messages()}:
            return Invoked(200)
        return self._dialog(self._chat.handle(request))

    def on_submit(self, activity: Activity) -> Invoked:
        """Closes the dialog, shows it again with errors beside the fields, or says what came of it."""
        return self._dialog(self._chat.handle(from_submit(activity)), here=is_pressed_in_dialog(activity))

    def on_search(self, activity: Activity) -> Invoked:
        """Choices for a search field; none for somebody who may not read."""
        request, source = from_search(activity)
        results = [{"title": clip(option.label, 200), "value": option.value} for option in self._chat.options(request, source)]
        return Invoked(200, {"statusCode": 200, "type": SEARCH_TYPE, "value": {"results": results}})

    def on_installation(self, activity: Activity) -> None:
        """The app came or went: in a personal chat its person is reached from now on, or no longer; elsewhere the conversation."""
        gone = activity.get("action") in ("remove", "remove-upgrade") or _is_bot_removed(activity)
        request = from_update(activity)
        if is_personal(activity) and not request.outsider:
            self.learn_sender(replace(request, address={}) if gone else request)
        self.learn(activity, reachable=not gone, anew=not gone)
        if is_personal(activity) and activity.get("type") == "installationUpdate" and not gone:
            answered = self._chat.handle(replace(request, text="home"))
            if isinstance(answered.reply, Private) and isinstance(answered.reply.view, HomeView):
                self._tell(activity, request, answered.reply.view, answered.words)

    def learn(self, activity: Activity, *, reachable: bool = True, anew: bool = False) -> None:
        """Where this conversation is reached from now on; personal chats belong to their person, not to a group.

        `anew`: said even if it is known, because a removal may never have reached us and cards were given up there.
        """
        if is_personal(activity) or not conversation_of(activity):
            return
        address = {name: value for name, value in address_of(activity).items() if name != "user"}
        place = Place(face="teams", workspace=tenant_of(activity), external=conversation_of(activity), address=address)
        with self._chat.desk.reading() as connection:
            known = place_of(connection, place.face, place.workspace, place.external)
        if anew or known != (address, reachable):
            self._chat.desk.do(LearnConversation(place=place, reachable=reachable), SYSTEM, datetime.now(UTC))

    def learn_sender(self, request: ChatRequest) -> None:
        """How the sender is reached privately; strangers are not kept. The chat found once stays known when they speak elsewhere."""
        with self._chat.desk.reading() as connection:
            known = address_of_member(connection, request.face, request.workspace, request.user)
        if known is None:
            return
        personal = {"personal": known["personal"]} if request.address and "personal" in known else {}
        address = {**personal, **request.address}
        if known != address:
            learnt = LearnAddress(face=request.face, workspace=request.workspace, user=request.user, address=address)
            self._chat.desk.do(learnt, SYSTEM, datetime.now(UTC))

    def _dialog(self, answered: Answered, *, here: bool = False) -> Invoked:
        reply, words = answered.reply, answered.words
        if isinstance(reply, Open):
            return Invoked(200, dialog(reply.form, words))
        if isinstance(reply, Refused) and reply.form is not None:
            return Invoked(200, dialog(reply.form, words))
        view = None if isinstance(reply, Card) and not here else shown(reply)
        return Invoked(200, None if view is None else said(view, words))

    def _tell(self, activity: Activity, request: ChatRequest, view: View, words: Words) -> None:
        try:
            self._answer(activity, request, view, words)
        except DeliveryError as error:
            log.warning("An answer in Teams could not be delivered.", reason=error.reason, conversation=conversation_of(activity))

    def _answer(self, activity: Activity, request: ChatRequest, view: View, words: Words) -> None:
        service = str(activity["serviceUrl"])
        if request.private:
            self._connector.send(service, str(activity["conversation"]["id"]), message(view, words))
            return
        self._connector.send(service, self._personal_chat(service, request), message(view, words))
        self._connector.send(service, str(activity["conversation"]["id"]), {"type": "message", "text": words.say("answered_privately")})

    def _personal_chat(self, service: str, request: ChatRequest) -> str:
        """The chat with the sender, made if need be and remembered for a member."""
        with self._chat.desk.reading() as connection:
            known = address_of_member(connection, request.face, request.workspace, request.user) or {}
        found = known.get("personal")
        if found:
            return str(found)
        made = self._connector.personal(service, request.address["bot"], request.address["user"], request.workspace)
        self.learn_sender(replace(request, address={**request.address, "personal": made}))
        return made


def _says_more(view: View) -> bool:
    """Whether a sentence alone would leave out what was asked for."""
    return bool(view.facts or view.sections or view.tables)


def shown(reply: Reply) -> View | None:
    """What the person is told, if anything."""
    return reply.view if isinstance(reply, Private | Refused | Card) else None


def _is_bot_removed(activity: Activity) -> bool:
    """Whether a conversationUpdate says that we were taken out."""
    removed, own = activity.get("membersRemoved"), (activity.get("recipient") or {}).get("id")
    return isinstance(removed, list) and any(isinstance(m, Mapping) and own and m.get("id") == own for m in removed)


def _error(code: str, text: str) -> Element:
    return {"statusCode": 400, "type": ERROR_TYPE, "value": {"code": code, "message": text}}
