"""One gesture from either chat, from request to reply: who, what, do."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from core.desk import Desk
from core.engine.cards import are_given_up
from core.engine.errors import Ambiguous, Conflict, DeskError, InvalidInput, NotAllowed, NotFound
from core.engine.transaction import SYSTEM
from core.people.commands import LearnConversation, LearnProfile, OpenHome, Place
from core.people.model import Member
from core.people.queries import by_identity

from .actions import Action, ActionTable, ArgumentKind, Given
from .applying import applying, as_said
from .asking import Asked, Snapshot
from .building import build_form
from .forms import Option
from .lines import from_typed
from .options import is_for, options, source_of
from .parsing import begun, from_carried, from_values, usage
from .ports import Profile, ProfileOf
from .requests import Answered, ChatRequest, Gesture, Nothing, Open, Refused, Reply
from .showing.asking import readings_view
from .strangers import greet
from .suggesting import unknown
from .table import HELP, TABLE
from .verbs.home import page_of
from .views import NoteView
from .words import Words

log = structlog.get_logger(__name__)


class Chat:
    """The shared chat layer over one desk. `clock` tells the business moment. `profiles`: by chat, for those whose gestures do not say
    in which language and zone their person reads."""

    def __init__(
        self,
        desk: Desk,
        clock: Callable[[], datetime],
        table: ActionTable = TABLE,
        profiles: Mapping[str, ProfileOf] | None = None,
        public_url: str = "",
    ) -> None:
        self.desk = desk
        self._profiles = profiles or {}
        self.table = table
        self._clock = clock
        self.public_url = public_url

    def now(self) -> datetime:
        """The business moment."""
        return self._clock()

    def handle(self, request: ChatRequest) -> Answered:
        """Answer a gesture. Refusals come back as replies; anything else that is raised is a fault, for the face's boundary."""
        if request.outsider:
            return Answered(Nothing(), Words(request.locale))
        with Snapshot(self.desk) as snapshot:
            member = by_identity(snapshot.connection(), request.face, request.workspace, request.user)
            if member is not None:
                member = self._meet(snapshot, request, member)
                words = words_for(member, request)
                asked = Asked(
                    desk=self.desk, snapshot=snapshot, member=member, request=request, words=words, now=self._clock(),
                    public_url=self.public_url,
                )  # fmt: skip
                self._find_again(asked)
                return Answered(self._reply(asked), words)
        said = self._said_of(request)
        return greet(self.desk, self.table, replace(request, locale=said.locale, zone=said.zone), self._clock())

    def options(self, request: ChatRequest, source: str) -> tuple[Option, ...]:
        """What a search field offers for `request.text`: to a member who may read, and to nobody else."""
        if request.outsider:
            return ()
        with self.desk.reading() as connection:
            member = by_identity(connection, request.face, request.workspace, request.user)
            if member is None or not is_for(source, member.rights):
                return ()
            return options(connection, words_for(member, request), source, request.text)

    def open_home(self, request: ChatRequest) -> None:
        """Somebody looks at their own page, where the chat has one: it is published, and kept true. Nothing for whom nobody knows."""
        with self.desk.reading() as connection:
            member = None if request.outsider else by_identity(connection, request.face, request.workspace, request.user)
        if member is not None:
            at = page_of(request.values.get("page", ""))
            opened = OpenHome(face=request.face, workspace=request.workspace, user=request.user, page=at)
            self.desk.do(opened, SYSTEM, self._clock())

    def source_of(self, request: ChatRequest, field: str) -> str:
        """Where a search field of the form looks, by what else is in the form; "" for a field that is none."""
        found = self.table.named(request.action)
        return next((source_of(a, request.values.get(a.about, "")) for a in found.arguments if a.name == field), "") if found else ""

    def _meet(self, snapshot: Snapshot, request: ChatRequest, member: Member) -> Member:
        """At first contact, the language and zone that the chat's own profile says of a member are kept."""
        if member.locale and member.zone:
            return member
        if self._is_asked(request):
            snapshot.end()
        said = self._said_of(request)
        if not (said.locale and not member.locale) and not (said.zone and not member.zone):
            return member
        snapshot.end()
        self.desk.do(LearnProfile(staff_id=member.id, locale=said.locale, zone=said.zone), SYSTEM, self._clock())
        return by_identity(snapshot.connection(), request.face, request.workspace, request.user) or member

    def _said_of(self, request: ChatRequest) -> Profile:
        """Language and zone as the gesture says them, else as the chat's own profile does."""
        if self._is_asked(request):
            return self._profiles[request.face](request.workspace, request.user)
        return Profile(locale=request.locale, zone=request.zone)

    def _is_asked(self, request: ChatRequest) -> bool:
        """Whether the chat must be asked, which takes time: nothing of the database is held meanwhile."""
        return request.face in self._profiles and not (request.locale and request.zone)

    def _find_again(self, asked: Asked) -> None:
        """Who presses a button or mentions the desk in a conversation proves that it is there: copies that were given up in it are
        drawn once more."""
        came = asked.request
        if came.private or not came.conversation or came.gesture not in (Gesture.CLICK, Gesture.TYPED):
            return
        if are_given_up(asked.snapshot.connection(), came.face, came.workspace, came.conversation):
            place = Place(face=came.face, workspace=came.workspace, external=came.conversation)
            asked.snapshot.end()
            self.desk.do(LearnConversation(place=place), SYSTEM, asked.now)

    def _reply(self, asked: Asked) -> Reply:
        try:
            return self._typed(asked) if asked.request.gesture is Gesture.TYPED else self._pressed(asked)
        except DeskError as error:
            return Refused(refusal_view(asked.words, error))
        except Exception:  # the one boundary of both faces: the person gets a reference, the log the rest
            reference = secrets.token_hex(2).upper()
            log.exception("A gesture failed.", reference=reference, face=asked.request.face, action=asked.request.action)
            return Refused(NoteView(title=asked.words.say("fault.title", reference=reference)))

    def _typed(self, asked: Asked) -> Reply:
        action, verb, rest = begun(self.table, asked.request.text)
        if not verb:
            return HELP.answer(asked, {})
        if action is None or not action.typed:
            raise unknown(self.table, asked.member.rights, verb)
        self._check_right(asked, action)
        try:
            given = from_typed(asked, action, rest)
        except Ambiguous as error:
            return Refused(readings_view(asked.words, action, error))
        if action.form and _missing(action, given):
            return Open(build_form(asked, action, given))
        return self._answered(asked, action, given)

    def _answered(self, asked: Asked, action: Action, given: Given) -> Reply:
        missing = _missing(action, given)
        if missing:
            raise InvalidInput("argument_missing", missing=asked.words.say(f"field.{missing[0]}"), usage=usage(asked, action))
        return action.answer(asked, given)

    def _pressed(self, asked: Asked) -> Reply:
        action = self.table.named(asked.request.action)
        if action is None:
            raise InvalidInput("button_unknown")
        self._check_right(asked, action)
        first = {action.arguments[0].name: asked.request.subject} if action.arguments and asked.request.subject else {}
        if asked.request.gesture in (Gesture.SUBMIT, Gesture.STEP):
            return self._submitted(asked, action, first)
        if asked.request.gesture is Gesture.CHANGE:
            return self._changed(asked, action, first)
        given: Given = first
        if asked.request.values:
            try:
                given = {**from_carried(asked, action, asked.request.values), **first}
            except Ambiguous as error:
                return Refused(readings_view(asked.words, action, error))
        return Open(build_form(asked, action, given)) if action.form else self._answered(asked, action, given)

    def _changed(self, asked: Asked, action: Action, first: dict[str, int]) -> Reply:
        """The same form with the fields that matter now. Nothing is done, and nothing is found wrong before it is sent."""
        values = {**{name: str(value) for name, value in first.items()}, **asked.request.values}
        given, _ = from_values(asked, action, values)
        begun = action.prefill(asked, {**values, **given}) if action.prefill else {}
        fresh = {name: text for name, text in begun.items() if name not in (asked.request.seen or ())}
        held = {**fresh, **asked.request.put_by, **values}
        return Open(build_form(asked, action, {**values, **given}, values=held, key=asked.request.key))

    def _submitted(self, asked: Asked, action: Action, first: dict[str, int]) -> Reply:
        """Done, or the form again: with what is wrong beside the fields, or with fields that matter and were not shown."""
        values = {**{name: str(value) for name, value in first.items()}, **asked.request.values}
        given, wrong = from_values(asked, action, values)
        new = _unseen(asked, action, values)
        if new and asked.request.gesture is Gesture.STEP:
            return self._changed(asked, action, first)
        wrong = {name: InvalidInput("field_now_needed", name) if name in new else error for name, error in wrong.items()}
        problem = asked.words.say("form.more_fields") if new else ""
        if not wrong and not problem:
            try:
                return action.answer(asked, given)
            except (InvalidInput, Conflict, NotFound) as error:
                field = error.field if isinstance(error, InvalidInput) else ""
                if not (field or action.form):
                    raise
                wrong, problem = ({field: error}, "") if field else ({}, asked.words.error(error))
        held = {**asked.request.put_by, **values}
        form = build_form(asked, action, {**values, **given}, values=held, wrong=wrong, key=asked.request.key, problem=problem)
        return Refused(NoteView(title=problem or asked.words.say("form.refused")), form)

    def _check_right(self, asked: Asked, action: Action) -> None:
        """The door checks again under the lock; this keeps a form from opening for nothing."""
        if action.right not in asked.member.rights:
            raise NotAllowed("not_allowed", right=asked.words.say(f"right.{action.right}"))


def _missing(action: Action, given: Given) -> list[str]:
    """The required arguments that nobody said."""
    return [a.name for a in applying(action.arguments, as_said(given), in_form=False) if a.required and a.name not in given]


def _unseen(asked: Asked, action: Action, values: Mapping[str, str]) -> set[str]:
    """The fields that matter and were not shown, because the answer they depend on came in with the form."""
    if asked.request.seen is None:
        return set()
    matter = [a for a in applying(action.arguments, values, in_form=True) if a.when is not None and a.kind is not ArgumentKind.HIDDEN]
    return {a.name for a in matter if a.name not in asked.request.seen and a.name not in values}


def words_for(member: Member, request: ChatRequest) -> Words:
    """The member's own language and zone, else what the chat says of them."""
    return Words(member.locale or request.locale or "en", member.zone or request.zone or "Europe/Warsaw")


def refusal_view(words: Words, error: DeskError) -> NoteView:
    """What happened, what was not done, what to do next."""
    return NoteView(title=words.error(error))
