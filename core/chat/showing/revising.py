"""What a request's card says of an earlier round or an earlier request: what was wanted, what was answered, what changed since."""

from collections.abc import Iterable

from sqlalchemy import Connection

from core.chat.values import Moment, Person, Text
from core.chat.views import Button, Fact, Section, Tone
from core.chat.words import Words
from core.customers.queries import subscription
from core.people.queries import display_name
from core.suspensions.model import POLICY, Suspension
from core.suspensions.propose import why_not
from core.suspensions.queries import answers_for
from core.suspensions.terms.queries import term_end_of


def wanted_facts(connection: Connection, words: Words, found: Suspension) -> tuple[Fact, ...]:
    """What an approver asked for last, who, and when."""
    if not found.wanted or found.wanted_at is None:
        return ()
    by = Person(display_name(connection, found.wanted_by))
    what = Fact(words.say("fact.wanted"), Text(found.wanted, quoted=True))
    return (Fact(words.say("fact.wanted_by"), (by, Moment(found.wanted_at))), what)


def answerer(connection: Connection, words: Words, found: Suspension) -> str:
    """Who answers, or answered, for the request by name; for the policy while nobody owns the case: whoever collects."""
    by = found.answered[-1] if found.answered and not found.is_to_revise else answers_for(connection, found)
    return words.say("actor.collects") if by.startswith(POLICY) else display_name(connection, by)


def reason_of(words: Words, found: Suspension) -> str:
    """A person's own words; the policy's in the reader's, until somebody answers for it in theirs."""
    step = found.bound.get("step")
    if step is None or found.answered:
        return found.reason
    return words.say("suspension.step_reason", version=step["version"], step=words.named("step", step["name"]), day=f"{step['day']:+d}")


def not_asked(connection: Connection, words: Words, found: Suspension) -> Iterable[Section]:
    """What the policy did not ask for, each with what forbids it now."""
    left = [subscription(connection, each) for each in found.bound.get("not_asked", ()) if found.is_open]
    lines = [words.error(refusal) if (refusal := why_not(connection, read)) is not None else read.name for read in left]
    if lines:
        yield Section(title=words.say("suspension.not_asked"), lines=tuple(Text(line, quoted=True) for line in lines))


def revision(connection: Connection, words: Words, found: Suspension) -> Iterable[Section]:
    """Who must answer it, or that it was answered and earlier votes count no more."""
    facts = wanted_facts(connection, words, found)
    if not facts or not found.is_open:
        return
    name = answerer(connection, words, found)
    line = words.say("revise.waits", name=name) if found.revised_at is None else words.say("revise.done", name=name, at=found.revised_at)
    lines = [line, *_ends_of_terms(connection, words, found)]
    tone = Tone.WARNING if found.is_to_revise else Tone.NEUTRAL
    yield Section(title=words.say("revise.title"), facts=facts, lines=tuple(Text(each, quoted=True) for each in lines), tone=tone)


def _ends_of_terms(connection: Connection, words: Words, found: Suspension) -> Iterable[str]:
    """Once it was answered: what was decided about the ends of terms and goes on counting, and what has to be decided anew."""
    if found.is_to_revise or "asked_anew" not in found.bound:
        return
    for one in found.items:
        read = subscription(connection, one.subscription_id)
        end = term_end_of(connection, read)
        if end is not None and end.decided is not None and end.decided_at is not None and found.revised_at is not None:
            if end.decided_at < found.revised_at:
                yield words.say("revise.carried", name=read.name, answer=words.say(f"term.short.{end.decided}"), at=Moment(end.decided_at))
        elif end is not None and end.decided is None:
            why = "revise.asked_anew" if one.subscription_id in found.bound["asked_anew"] else "revise.undecided"
            yield words.say(why, name=read.name)


def since(words: Words, found: Suspension, names: dict[int, str], changed: list[str]) -> Iterable[Section]:
    """What changed since it was shown; of a request asked again, since the earlier one, also when nothing did."""
    before = str(found.bound.get("since", ""))
    left_out = [words.say("suspension.left_out", name=names.get(each, str(each))) for each in found.bound.get("left_out", ())]
    if not before and not changed:
        return
    lines = [*changed, *left_out] or [words.say("suspension.unchanged")]
    title = words.say("suspension.changed_since", number=before) if before else words.say("suspension.changed")
    tone = Tone.WARNING if changed or left_out else Tone.NEUTRAL
    yield Section(title=title, lines=tuple(Text(line, quoted=True) for line in lines), tone=tone)


def changes_button(words: Words, found: Suspension) -> Button:
    """For an approver: neither yes nor no."""
    return Button(label=words.say("button.changes"), action="changes", subject=found.id, facts=found.facts, form=True)


def revise_button(words: Words, found: Suspension) -> Button:
    """For whoever proposed it."""
    return Button(label=words.say("button.revise"), action="revise", subject=found.id, facts=found.facts, tone=Tone.GOOD, form=True)
