"""Who hears of a request: those who are asked, who proposed it when nobody present can approve it, and who watches, of how it ends."""

from collections.abc import Iterable

from core.cases.queries import case
from core.cases.watching import tell_listeners
from core.collections.hours import ROUTE
from core.engine import outbox
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.absence import present
from core.people.queries import display_name, routed
from core.people.telling import tell, to_place

from . import spreading
from .asking import Part, people_of
from .commands import AskPeople
from .events import ChangesRequested, ExpiryNeared, OfSuspension, PeopleAsked, SuspensionEnded
from .following import asker_of
from .model import State, Suspension
from .queries import open_suspension_of, suspension, votes_of
from .quorum import able, lack, undecided


def ask(_tx: Tx, event: OfSuspension) -> Iterable[Command]:
    """Who may decide, or whose yes is still needed, may be others now."""
    return (AskPeople(suspension_id=event.suspension_id),)


def ask_all(tx: Tx, _event: Event) -> Iterable[Command]:
    """Somebody came, left, went away or may do more or less than before."""
    return spreading.ask(tx, [found.id for found in undecided(tx.connection)])


def ask_of_case(tx: Tx, event: Event) -> Iterable[Command]:
    """The case has another owner, or other watchers."""
    found = open_suspension_of(tx.connection, event.ids["case_id"])
    return () if found is None else (AskPeople(suspension_id=found.id),)


def tell_asked(tx: Tx, event: PeopleAsked) -> Iterable[Command]:
    """Each whose decision is asked for, personally; a stand-in hears for whom."""
    found, said = suspension(tx.connection, event.suspension_id), _named(event)
    voted = {vote.staff_id for vote in votes_of(tx.connection, found)}
    for each in people_of(tx.connection, event.suspension_id):
        if each.part is not Part.ASKED or each.until_at is not None or each.staff_id not in event.newly or each.staff_id in voted:
            continue
        if each.instead_of is None:
            say = "tell.asked_to_decide" if found.revised_at is None else "tell.asked_to_decide_anew"
            tell(tx, each.staff_id, say, case_id=event.case_id, **said)
        else:
            name = display_name(tx.connection, f"staff:{each.instead_of}")
            tell(tx, each.staff_id, "tell.asked_to_stand_in", case_id=event.case_id, name=name, **said)
    return ()


def tell_proposer(tx: Tx, event: ChangesRequested) -> Iterable[Command]:
    """Whoever proposed it has something to answer."""
    kind, _, number = asker_of(tx, event).partition(":")
    if kind == "staff":
        by = display_name(tx.connection, suspension(tx.connection, event.suspension_id).wanted_by)
        tell(tx, int(number), "tell.suspension_changes", case_id=event.case_id, by=by, **_named(event))
    return ()


def tell_short(tx: Tx, event: PeopleAsked) -> Iterable[Command]:
    """Who proposed it hears at once that those who are present cannot approve it, and who is back first; once each time it gets worse."""
    found = suspension(tx.connection, event.suspension_id)
    lacking = lack(tx.connection, found, tx.now)
    kind, _, number = asker_of(tx, event).partition(":")
    if kind != "staff" or lacking is None or event.short <= event.was_short:
        return ()
    back = min(((until, each) for each, until in lacking.away.items()), default=None)
    if back is None:
        tell(tx, int(number), "tell.nobody_can_approve", case_id=event.case_id, **_named(event))
    else:
        name = display_name(tx.connection, f"staff:{back[1]}")
        until = back[0].isoformat()
        tell(tx, int(number), "tell.nobody_can_approve_until", case_id=event.case_id, name=name, until_at=until, **_named(event))
    return ()


def warn(tx: Tx, event: ExpiryNeared) -> Iterable[Command]:
    """Whoever is asked and has not decided hears that it expires; when they cannot do it alone, everybody present who may decide; when
    nobody is there at all, the conversations that decide."""
    found = suspension(tx.connection, event.suspension_id)
    kind, _, number = asker_of(tx, event).partition(":")
    if found.is_to_revise and kind == "staff":
        until = event.expires_at.isoformat()
        tell(tx, int(number), "tell.suspension_changes_expiring", case_id=event.case_id, until_at=until, **_named(event))
        return ()
    asked = _asked(tx, found)
    said = {**_named(event), "until_at": event.expires_at.isoformat()}
    for each in sorted(asked):
        tell(tx, each, "tell.suspension_expiring", case_id=event.case_id, **said)
    if not asked:
        places = routed(tx.connection, ROUTE)
        outbox.enqueue_all(tx, [to_place(each, "tell.suspension_expiring", case_id=event.case_id, **said) for each in places])
    return ()


def tell_watchers(tx: Tx, event: SuspensionEnded) -> Iterable[Command]:
    """Who owns the case, and who watches it, hears how the request ended; who proposed it is told apart."""
    by_hand = event.state == State.SUSPENDED and any(one.is_by_hand for one in suspension(tx.connection, event.suspension_id).items)
    told = "carried" if by_hand else event.state
    heard = {int(who.partition(":")[2]) for who in (event.proposed_by, event.by) if who.startswith("staff:")}
    owner = case(tx.connection, event.case_id).assignee_id
    if owner is not None and owner not in heard and present(tx.connection, (owner,), tx.now):
        tell(tx, owner, "tell.by_hand_carried" if by_hand else f"tell.suspension_{event.state}", case_id=event.case_id, **_named(event))
        heard.add(owner)
    tell_listeners(tx, event.case_id, f"watch.suspension_{told}", but=heard, request=f"S-{event.suspension_id}")
    return ()


def _asked(tx: Tx, found: Suspension) -> frozenset[int]:
    """Those of the asked who can still decide; everybody present who can, when the asked do not suffice."""
    can = able(tx.connection, found, tx.now)
    asked = frozenset(each.staff_id for each in people_of(tx.connection, found.id) if each.part is Part.ASKED and each.until_at is None)
    return can & asked or can


def _named(event: OfSuspension) -> dict[str, str]:
    return {"number": f"S-{event.suspension_id}", "case": f"C-{event.case_id}"}
