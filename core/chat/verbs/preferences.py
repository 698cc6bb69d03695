"""What one wants to hear, and when."""

from collections.abc import Mapping

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.values import Moment, Text
from core.chat.views import Button, Fact, NoteView, View
from core.engine.folding import folded
from core.people.model import Right
from core.people.preferences import MORNING, NONE, QUIET, USUAL, Preferences, SetPreferences, preferences_of
from core.people.reminders import CHOSEN, FIXED, RULES, Reminder, Way

POLISH = {
    Reminder.LATE: "spóźnione", Reminder.WAITING: "czekające", Reminder.ASSIGNED: "przydzielone",
    Reminder.WATCHED: "obserwowane", Reminder.OUTCOMES: "wyniki",
    Reminder.ABSENCE: "nieobecności", Reminder.DESK: "biurko",
    Reminder.DECISIONS: "decyzje", Reminder.ESCALATIONS: "eskalacje", Reminder.SERVICE: "usługi",
    Reminder.ACCOUNT: "konto",
}  # fmt: skip
HOURS = {"zwykle": USUAL, "brak": NONE}


def prefs(asked: Asked, given: Given) -> Reply:
    """What is so now; what was named is chosen first."""
    chosen = {name: str(value).strip() for name, value in given.items()}
    if QUIET in chosen:
        chosen[QUIET] = HOURS.get(folded(chosen[QUIET]), folded(chosen[QUIET]))
    if chosen:
        asked.do(SetPreferences(staff_id=asked.member.id, chosen=chosen))
    with asked.reading() as connection:
        return Private(preferences_view(asked, preferences_of(connection, (asked.member.id,))[asked.member.id]))


def preferences_view(asked: Asked, held: Preferences) -> NoteView:
    """Every kind with its way, the quiet hours, the digest; what always comes at once, and why."""
    words = asked.words
    facts = [Fact(words.say(f"reminder.{kind}"), Text(words.say(f"choice.{kind}.{held.way(kind)}"))) for kind in CHOSEN]
    usual = words.say(f"prefs.quiet.{held.quiet}") if held.quiet in (USUAL, NONE) else words.say("prefs.quiet.own", hours=held.quiet)
    facts.append(Fact(words.say("prefs.quiet"), Text(usual)))
    next_at = held.day.morning_after(asked.now)
    facts.append(Fact(words.say("prefs.morning"), Moment(next_at) if held.digest else Text(words.say("choice.morning.off"))))
    return NoteView(
        title=words.say("prefs.title"),
        facts=tuple(facts),
        buttons=(Button(label=words.say("prefs.change"), action="prefs", subject=0, form=True),),
        footnotes=_always(asked),
    )


def always_view(asked: Asked, _given: Given) -> View:
    """What the form cannot change."""
    return NoteView(title=asked.words.say("prefs.form"), footnotes=_always(asked))


def present(asked: Asked, _given: Given) -> Mapping[str, str]:
    """What is so now."""
    with asked.reading() as connection:
        held = preferences_of(connection, (asked.member.id,))[asked.member.id]
    ways = {kind.value: held.way(kind).value for kind in CHOSEN}
    quiet = asked.words.say(f"prefs.quiet.typed.{held.quiet}") if held.quiet in (USUAL, NONE) else held.quiet
    return {**ways, MORNING: (Way.NOW if held.digest else Way.OFF).value, QUIET: quiet}


def _always(asked: Asked) -> tuple[Text, ...]:
    return (Text(asked.words.say("prefs.always", kinds="; ".join(asked.words.say(f"prefs.always.{kind}") for kind in FIXED))),)


def _kind(kind: Reminder) -> Argument:
    """A kind that may be chosen is a field; one that may not is understood when typed, to say why not."""
    ways = tuple(way.value for way in RULES[kind].ways)
    after = (kind.value, POLISH[kind])
    if kind in FIXED:
        return Argument(name=kind, kind=ArgumentKind.HIDDEN, required=False, after=after, max_length=40)
    return Argument(name=kind, kind=ArgumentKind.WORD, required=False, choices=ways, after=after)


ACTIONS = (
    Action(
        name="prefs", right=Right.READ, topic=Topic.PEOPLE, answer=prefs, polish=("preferencje", "ustawienia"), aliases=("settings",),
        form=True, lead=always_view, prefill=present, use=Use.USUAL, example="prefs late digest",
        arguments=(
            *(_kind(kind) for kind in CHOSEN),
            Argument(name=QUIET, kind=ArgumentKind.NAME, required=False, after=("quiet", "cisza"), max_length=40),
            Argument(name=MORNING, kind=ArgumentKind.WORD, required=False, choices=("now", "off"), after=("morning", "rano")),
            *(_kind(kind) for kind in FIXED),
        ),
    ),
)  # fmt: skip
