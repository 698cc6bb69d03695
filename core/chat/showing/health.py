"""The view of the desk's health: what is wrong and how it is mended, then what is well, a line each."""

from collections.abc import Sequence

from core.chat.findings import Finding
from core.chat.values import Text
from core.chat.views import ReportView, Section, Tone
from core.chat.words import Words

LINES = 12  # of a section: a chat's text block holds no more


def health_view(words: Words, found: Sequence[Finding]) -> ReportView:
    """Everything that was looked at."""
    bad, good = ([f for f in found if f.is_well is is_well] for is_well in (False, True))
    return ReportView(
        title=words.say("health.title"),
        status=words.count("health.bad", len(bad)) if bad else words.count("health.good", len(good)),
        tone=Tone.DANGER if bad else Tone.GOOD,
        sections=(*_sections(words, "health.to_mend", bad, Tone.DANGER), *_sections(words, "health.well", good, Tone.NEUTRAL)),
    )


def _sections(words: Words, title: str, found: list[Finding], tone: Tone) -> tuple[Section, ...]:
    parts = [found[at : at + LINES] for at in range(0, len(found), LINES)]
    named = words.say(title)
    titles = [
        words.say("health.part", title=named, number=n, parts=len(parts)) if len(parts) > 1 else named for n in range(1, len(parts) + 1)
    ]
    lines = (tuple(Text(f.said(words), quoted=True) for f in part) for part in parts)
    return tuple(Section(title=title, lines=said, tone=tone) for title, said in zip(titles, lines, strict=True))
