"""Why a request cannot be approved yet: every blocker, what holds back collecting, and the open questions about its invoices."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import case
from core.chat.showing.collecting import standing_sections
from core.chat.values import Text
from core.chat.views import Section, Tone
from core.chat.words import Words
from core.collections.queries import policy_called
from core.people.queries import name_called
from core.receivables.queries import position
from core.suspensions.model import Suspension
from core.suspensions.rules import final_notice_ripe_on, stops_of


def standing(connection: Connection, words: Words, found: Suspension, of: Case, today: date) -> Iterable[Section]:
    """While it may still be decided: every blocker, what holds back collecting, and the questions about these invoices that are open."""
    if not found.is_open or of.payer_id is None:
        return
    stops = stops_of(found, policy_called(connection, found.listed["policy"]), today)
    if len(stops) > 1:
        lines = tuple(Text(blocked(connection, words, found, stop)) for stop in stops)
        yield Section(title=words.say("suspension.blockers"), lines=lines, tone=Tone.WARNING)
    yield from standing_sections(connection, words, position(connection, of.payer_id, of.currency, today), found.customer_id)
    named = [case(connection, each) for each in found.listed.get("questions", ())]
    if named:
        lines = tuple(Text(f"{each.number} {each.title}", quoted=True) for each in named)
        yield Section(
            title=words.say("suspension.questions.unseen" if found.unseen else "suspension.questions"), lines=lines, tone=Tone.WARNING
        )


def blocked(connection: Connection, words: Words, found: Suspension, stop: str) -> str:
    """The sentence for one blocker."""
    ripe = final_notice_ripe_on(found.listed, policy_called(connection, found.listed["policy"]))
    said: dict[str, object] = {"case": f"C-{found.case_id}"} | ({"day": ripe} if ripe else {})
    if exempt := found.listed.get("exemption"):
        said |= {"until": date.fromisoformat(exempt["until"]), "owner": name_called(connection, exempt["owner"])}
    return words.say(f"suspension.blocked.{stop}", **said)
