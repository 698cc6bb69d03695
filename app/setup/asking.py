"""Asking an administrator, at a terminal or by a file of answers. Wrong answers teach; secrets are typed unseen and never shown."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import click

from app.setup.keeping import Kept


class Wrong(Exception):
    """What is wrong, as a sentence that says how it is put right; `names` are the answers to give anew. Never holds a secret."""

    def __init__(self, sentence: str, names: Collection[str] = ()) -> None:
        super().__init__(sentence)
        self.sentence, self.names = sentence, frozenset(names)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One answer wanted. `shape` raises Wrong for what cannot be it; `default` "" with `optional` may be left empty."""

    name: str
    text: str
    secret: bool = False
    default: str = ""
    optional: bool = False
    shape: Callable[[str], None] = field(default=lambda _text: None)


class Asking(Protocol):
    """Where answers come from."""

    def say(self, text: str) -> None:
        """Tell something."""

    def answer(self, question: Question, have: str) -> str:
        """The answer, of the right shape; `have` is one that there is already."""

    def teach(self, wrong: Wrong) -> None:
        """An answer did not stand its test: say why. Raises ClickException where nobody is there to ask again."""


class Terminal:
    """A person, who is asked until it is right."""

    def say(self, text: str) -> None:
        """On the screen."""
        click.echo(text)

    def answer(self, question: Question, have: str) -> str:
        """Asked only for what there is none of."""
        if have and _fits(question, have):
            click.echo(f"  {question.name}: there already")
            return have
        while True:
            default = question.default if question.default or question.optional else None
            given: str = click.prompt(
                f"  {question.text}", default=default, hide_input=question.secret, show_default=bool(question.default)
            )
            try:
                question.shape(given.strip())
            except Wrong as wrong:
                click.echo(f"  Not yet. {wrong.sentence}")
            else:
                return given.strip()

    def teach(self, wrong: Wrong) -> None:
        """They correct it, or leave with Ctrl-C and come back."""
        click.echo(f"  Not yet. {wrong.sentence}")
        if not wrong.names:
            click.prompt("  Enter to try again, Ctrl-C to go on another day", default="", show_default=False, prompt_suffix="")


class Answers:
    """A file of answers: what is missing or wrong ends the run with its name. What stood its test is kept."""

    def __init__(self, given: Mapping[str, str], source: str) -> None:
        self._given, self._source = given, source

    def say(self, text: str) -> None:
        """On standard output, as at a terminal."""
        click.echo(text)

    def answer(self, question: Question, have: str) -> str:
        """The file's word first, then what there is."""
        found = self._given.get(question.name) or have or question.default
        if not found and not question.optional:
            raise click.ClickException(f"{question.name} is missing in {self._source}: {question.text}. What was right so far is kept.")
        try:
            question.shape(found)
        except Wrong as wrong:
            raise click.ClickException(f"{question.name} in {self._source}: {wrong.sentence} What was right so far is kept.") from None
        return found

    def teach(self, wrong: Wrong) -> None:
        """Nobody is there to correct it."""
        about = f" (in {self._source}: {', '.join(sorted(wrong.names))})" if wrong.names else ""
        raise click.ClickException(f"{wrong.sentence}{about} What was right so far is kept; run setup again.") from None


def step(
    asking: Asking, kept: Kept, title: str, questions: Sequence[Question], check: Callable[[Mapping[str, str]], None]
) -> dict[str, str]:
    """Ask, try for real, keep. What does not stand its test is asked again, and nothing else; it is kept only when all of it is right."""
    asking.say(f"\n{title}")
    held = {question.name: kept.get(question.name) for question in questions}
    while True:
        held = {question.name: asking.answer(question, held[question.name]) for question in questions}
        try:
            check(held)
        except Wrong as wrong:
            asking.teach(wrong)
            held = {name: "" if name in wrong.names else value for name, value in held.items()}
        else:
            kept.save({name: value for name, value in held.items() if value})
            return held


def _fits(question: Question, have: str) -> bool:
    try:
        question.shape(have)
    except Wrong:
        return False
    return True
