"""The notices' texts as a file: what may be sent, what is refused with its line, and what is only shown."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.notices.reading import read_texts, unread
from app.policies.nodes import Faulty
from core.collections.examples import example_access, example_final
from core.collections.queries import as_json
from core.collections.texts import OF_ACCESS, Texts
from core.collections.wording import fill
from tests.harness.notices import SHIPPED, our_file, our_texts
from tests.harness.world import World


def faults(source: str) -> list[tuple[str, str]]:
    """Each fault with the text of its line."""
    with pytest.raises(Faulty) as raised:
        read_texts(source)
    lines = source.splitlines()
    return [(lines[fault.line - 1].strip(), fault.sentence) for fault in raised.value.faults]


def changed(before: str, after: str) -> str:
    source = our_file()
    assert before in source
    return source.replace(before, after)


def test_the_example_is_applied_by_nobody_until_it_is_their_own() -> None:
    found = faults(SHIPPED.read_text(encoding="utf-8"))

    assert ("version: CHANGE ME", "“version” of the file: it is still the example’s: write your own.") in found
    assert len(found) == 9


def test_what_is_shipped_says_everything_in_both_languages_and_is_read_by_no_lawyer_yet() -> None:
    texts = our_texts()

    assert [each.language for each in texts.tongues] == ["en", "pl"]
    assert len(list(unread(texts))) == 6
    for tongue in texts.tongues:
        for wording in tongue.wordings:
            subject, body = fill(wording, example_access(tongue) if wording.name in OF_ACCESS else example_final(texts, tongue))
            assert "{" not in subject + body
            assert "Microsoft 365" in body or wording.name != "final"


@pytest.mark.parametrize(
    ("country", "language", "says"),
    [("PL", "pl", "8 marca 2013"), ("de", "en", "2011/7/EU"), ("FR", "pl", "2011/7/UE"), ("US", "en", "our agreement"), ("PL", "de", None)],
)
def test_the_law_is_the_closest_one(country: str, language: str, says: str | None) -> None:
    law = our_texts().law(country, language)

    assert law is None if says is None else says in str(law)


FINAL_SUBJECT = 'subject: "{{ partner }}: FINAL NOTICE, {{ total }}, suspension possible from {{ suspends_at }}"'


WRONG = [  # what is written instead of what, how the line begins that is named, and what is said of it
    ("Total: {{ total }}\n", "Total: soon\n", "Dear {{ recipient }},", "lacks the amount"),
    ("{{ invoice.late }} days late", "late", "", ""),  # may be left out
    (", due on {{ invoice.due }}", "", "", "each invoice with what is open and its due date"),
    ("{{ suspends_at }}", "soon", "", "date and time of the suspension"),
    ("          {{ stops }}\n", "          something\n", "", "what stops then"),
    ("perhaps it was overlooked:", "or we suspend your services:", "", "threatens (“suspen”): only the final notice does"),
    ("być może umknęło to Państwa uwadze:", "bo zawiesimy usługi:", "", "only the final notice does"),
    ("Please pay now,", "Access ends {{ suspends_at }},", "Access ends {{ suspends_at }},", "“suspends_at” is for the final notice"),
    (
        "{{ recipient }},\n\n          perhaps",
        "{{ recipent }},\n\n          perhaps",
        "Dear {{ recipent }},",
        "There is no field “recipent”",
    ),
    ("{{ invoice.open }}, due on", "{{ invoice.opn }}, due on", "- invoice {{ invoice.number }} for", "cannot be filled in"),
    ("{% endfor %}", "{% endfr %}", "{% endfr %}", "This is no template"),
    (FINAL_SUBJECT, 'subject: "{{ nobody }}"', 'subject: "{{ nobody }}"', "There is no field “nobody”"),
    ("{{ period }}", "last month", "", "does not name the billing period"),
    ("      - name: firm\n", "      - name: stern\n", "- language: en", "lacks the notice “firm”"),
    ('"*"\n    language: pl', '"*"\n    language: en', "", "There is no legal block for anywhere (“*”) in pl."),
    ("  - country: PL\n    language: en", "  - country: CZ\n    language: en", "", "There is no legal block for PL in en."),
    ("      PLN: ", "      PLX: ", "", "is no currency"),
    ("title: As shipped", "titel: As shipped", "", "lacks “title”"),
]


@pytest.mark.parametrize(("before", "after", "line", "says"), WRONG)
def test_what_no_notice_may_say_or_leave_out_is_refused_with_its_line(before: str, after: str, line: str, says: str) -> None:
    source = changed(before, after)
    if not says:
        assert read_texts(source)
        return
    if before == "{{ period }}":
        source = source.replace(" for {{ invoice.period }}", "")
    found = faults(source)

    assert any(says in sentence and at.startswith(line) for at, sentence in found), found


def test_a_template_reaches_nothing_but_its_fields() -> None:
    found = faults(changed("Dear {{ recipient }},", "Dear {{ recipient.__class__.__mro__ }},"))

    assert any("cannot be filled in" in sentence for _, sentence in found), found


def run(world: World, *line: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["notices", *line], obj=lambda: world.house)
    return result.exit_code, result.output


def test_texts_are_applied_as_versions_that_never_change(world: World, tmp_path: Path) -> None:
    ours = tmp_path / "ours.yaml"
    ours.write_text(our_file(), encoding="utf-8")

    assert "No texts are in force" in run(world, "show")[1]
    assert "Nothing was applied" in run(world, "check", str(ours))[1]
    assert "counts from 2026-11-01" in run(world, "apply", str(ours))[1]
    status, said = run(world, "apply", str(ours))
    assert (status, "already" in said, "have your lawyer read it" in said) == (0, True, True)
    assert run(world, "show")[1] == our_file()
    assert "in force" in run(world, "show", "--list")[1]

    ours.write_text(our_file().replace("Please pay now", "Please pay at once"), encoding="utf-8")
    status, said = run(world, "apply", str(ours))
    assert status != 0
    assert "ours-1" in said


def test_a_preview_shows_every_notice_filled_in(tmp_path: Path, world: World) -> None:
    ours = tmp_path / "ours.yaml"
    ours.write_text(our_file(), encoding="utf-8")

    status, said = run(world, "preview", str(ours), "--language", "pl", "--notice", "final")
    assert status == 0
    assert "OSTATECZNE WEZWANIE" in said
    assert said.count("──") == 2
    assert "There is no such notice" in run(world, "preview", str(ours), "--notice", "nope")[1]

    ours.write_text("version: [", encoding="utf-8")
    assert f"{ours}:1" in run(world, "check", str(ours))[1]


def test_a_version_is_kept_word_for_word() -> None:
    import msgspec

    assert msgspec.convert(as_json(our_texts()), Texts) == our_texts()


def test_the_letter_that_access_is_back_may_be_left_out_and_never_asks_for_money() -> None:
    wrong = our_file().replace("we have checked it with Microsoft: {{ products }}", "we have checked it: {{ pay }}")
    less = re.sub(r"      - name: (?:suspended|restored)\n(?:          ?.*\n|        .*\n|\n(?=          ))*", "", our_file())

    with pytest.raises(Faulty) as found:
        read_texts(wrong)
    assert [fault.sentence for fault in found.value.faults] == [
        "There is no field “pay”. There are: case, contact, customer, partner, products, recipient, today."
    ]
    assert all(tongue.of_access(name) is None for tongue in read_texts(less).tongues for name in OF_ACCESS)
