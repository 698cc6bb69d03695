"""Verbs about the people who work here."""

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.values import Text
from core.chat.views import NoteView
from core.engine.errors import Conflict
from core.people.linking import MakeLinkCode, new_code
from core.people.model import Right
from core.people.queries import display_name

FOR = Argument(name="member", kind=ArgumentKind.MEMBER, after=("for", "dla"))


def link(asked: Asked, given: Given) -> Reply:
    """A code for the member's other chat. Raises Conflict for a code typed here, by somebody who is linked already."""
    if "code" in given:
        raise Conflict("identity_linked", name=asked.member.name)
    return _code(asked, asked.member.id)


def link_code(asked: Asked, given: Given) -> Reply:
    """A code for a colleague, to be handed over."""
    return _code(asked, int(str(given["member"])))


def _code(asked: Asked, staff_id: int) -> Reply:
    code = new_code()
    if asked.do(MakeLinkCode(staff_id=staff_id, code=code)).repeated:
        raise Conflict("link_code_shown")
    with asked.reading() as connection:
        name = display_name(connection, f"staff:{staff_id}")
    title = asked.words.say("link.own" if staff_id == asked.member.id else "link.others", code=code, name=name)
    return Private(NoteView(title=title, footnotes=(Text(asked.words.say("link.how", code=code)),)))


ACTIONS = (
    Action(
        name="link", right=Right.READ, topic=Topic.PEOPLE, answer=link, polish=("połącz",), use=Use.RARE,
        arguments=(Argument(name="code", kind=ArgumentKind.NAME, required=False, max_length=100),),
    ),
    Action(
        name="link_code", right=Right.ADMINISTER, topic=Topic.PEOPLE, answer=link_code, polish=("kod połączenia",), use=Use.RARE,
        arguments=(FOR,), example="link_code for {person}",
    ),
)  # fmt: skip
