"""Every type of view and every kind of field, filled with what people and systems really send."""

from datetime import UTC, date, datetime

from core.chat.forms import Field, FieldKind, Form, Option
from core.chat.values import Day, Link, Moment, Money, Person, Text, Value
from core.chat.views import VIEWS, Button, Confirm, Fact, Section, Table, Tone, View

LONG = "Zażółć gęślą jaźń " * 167  # 3,006 characters
HOSTILE = {
    "long": LONG,
    "one long word": "x" * 3001,
    "escapes": "&<>" * 1200,
    "emoji": "🧾👩‍👩‍👧‍👦🇵🇱" * 60,
    "right to left": "\u202e\u062d\u0633\u0627\u0628 \u0634\u0631\u0643\u0629\u200f " * 40,
    "mention": "<!channel> <@U1> <!subteam^S1> @everyone <at>Ana</at>",
    "markup": "*b* _i_ ~s~ `c` ```block``` [l](https://evil.example) ![i](x) # h\n> q",
    "date token": "<!date^0^{date}|x> {{DATE(2026-01-01T00:00:00Z, SHORT)}}",
    "control characters": "a\x00b\x07c\u2028d\r\ne\tf",
    "empty": "",
    "spaces": " \u00a0\u200b ",
    "backslash at the end": "C:\\temp\\",
}
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CONFIRM_TEXT = 400  # characters: more than any chat takes


def values(text: str) -> tuple[Value, ...]:
    """The text in every kind of value."""
    link = Link(text, "https://example.org/a|b)c d>e")
    return (
        Text(text, quoted=True),
        Money(-123456, "PLN"),
        Moment(AT),
        Day(date(2026, 11, 23)),
        Person(text, address="U1"),
        Person(text),
        link,
    )


def view(kind: type[View], text: str, *, many: int = 3) -> View:
    """A view of the type with the text everywhere, `many` of everything."""
    facts = (*(Fact(text, value) for value in values(text)), Fact(text, values(text)))
    sure = Confirm(title=text, text=text[:CONFIRM_TEXT] * 2, yes=text, no=text)
    usual = tuple(Button(label=text, action="take", subject=n, facts=9, tone=Tone.DANGER, confirm=sure) for n in range(many))
    rare = tuple(Button(label=text, action="take", subject=n, rare=True, form=True) for n in range(many))
    cells = tuple(values(text)[:3] for _ in range(many))
    return kind(
        title=text, status=text, tone=Tone.WARNING, facts=facts, buttons=usual + rare,
        footnotes=tuple(Text(text, True) for _ in range(many)),
        sections=tuple(Section(title=text, facts=facts[:2], lines=values(text), tone=Tone.GOOD) for _ in range(many)),
        tables=(Table(title=text, columns=(text, text, text), rows=cells, numeric=frozenset({1})),),
    )  # fmt: skip


def views(text: str, *, many: int = 3) -> list[View]:
    """One of each type."""
    return [view(kind, text, many=many) for kind in VIEWS]


def form(text: str, *, options: int = 200) -> Form:
    """A form with a field of each kind, required and not, wrong and filled in."""
    choices = tuple(Option(f"v{n}", text) for n in range(options))
    fields = tuple(
        Field(
            name=f"{kind}_{required}", label=text, kind=kind, value=_value(kind, text), value_label=text, hint=text, error=text,
            required=required, options=choices, source="customer", max_length=5000,
        )
        for kind in FieldKind
        for required in (True, False)
    )  # fmt: skip
    return Form(action="new", subject=1, title=text, submit=text, fields=fields, key="form:key", facts=3, lead=view(VIEWS[0], text))


def _value(kind: FieldKind, text: str) -> str:
    fixed = {FieldKind.DAY: "2026-11-23", FieldKind.CHOICE: "v1", FieldKind.TICK: "yes", FieldKind.PERSON: "U1", FieldKind.SEARCH: "id:7"}
    return fixed.get(kind, text)
