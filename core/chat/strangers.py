"""What somebody whom the desk does not know may do: give a one-time code. Anything else is told how to be linked, and nothing more."""

from datetime import datetime

from core.desk import Desk
from core.engine.errors import DeskError, InvalidInput
from core.engine.journal import snake
from core.engine.transaction import SYSTEM, Actor
from core.people.events import LinkCodeMistyped
from core.people.linking import RedeemLinkCode
from core.people.model import Member
from core.people.queries import by_identity

from .actions import ActionTable
from .parsing import begun
from .requests import Answered, ChatRequest, Gesture, Private, Refused
from .values import Text
from .views import NoteView
from .words import Words

REDEEMS = "link"  # the one verb of a stranger's


def greet(desk: Desk, table: ActionTable, request: ChatRequest, now: datetime) -> Answered:
    """Link them by their code, or say how they are linked."""
    words = Words(request.locale or "en", request.zone or "Europe/Warsaw")
    action, _, code = begun(table, request.text)
    if request.gesture is not Gesture.TYPED or action is None or action.name != REDEEMS or not code:
        return Answered(Private(stranger_view(words, request)), words)
    try:
        found = redeemed(desk, request, code, now)
    except DeskError as error:
        return Answered(Refused(NoteView(title=words.error(error))), words)
    return Answered(Private(NoteView(title=words.say("link.done", name=found.name, chat=request.face.capitalize()))), words)


def redeemed(desk: Desk, request: ChatRequest, code: str, now: datetime) -> Member:
    """The member they are from now on. Raises DeskError."""
    who = {"face": request.face, "workspace": request.workspace, "user": request.user, "address": request.address}
    command = RedeemLinkCode(code=code, **who)  # type: ignore[arg-type]  # a mixed dict
    outcome = desk.do(command, Actor(SYSTEM.id, request.face), now, key=request.key or None)
    with desk.reading() as connection:
        found = by_identity(connection, request.face, request.workspace, request.user)
    if outcome.kind == snake(LinkCodeMistyped.__name__) or found is None:
        raise InvalidInput("link_code_wrong")
    return found


def stranger_view(words: Words, request: ChatRequest) -> NoteView:
    """How somebody whom the desk does not know is linked; tells nothing else."""
    identity = f"{request.workspace}:{request.user}"
    how = words.say("stranger.how", face=request.face, identity=identity)
    return NoteView(title=words.say("stranger.title"), footnotes=(Text(words.say("stranger.code")), Text(how)))
