"""What a person answered: their words, without the letter quoted below, attachments named and not kept."""

import re
from html.parser import HTMLParser

from .addresses import line
from .reading import Mail

LONGEST = 20_000  # characters kept of an answer
WRITTEN = 200_000  # characters looked at of a text
PAGE, SEEN = 1_000_000, 150_000  # characters looked at of an HTML text, and of them without styles and comments
CUT = "[…]"
UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(style|script)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
SUBJECTS = re.compile(
    r"^(?:automatic reply|auto(?:matic)?[- ]?(?:response|reply)|out of (?:the )?office|automatyczna odpowied[zź]|odpowied[zź] automatyczna"
    r"|autoodpowied[zź]|poza biurem)\b",
    re.IGNORECASE,
)
# Where mail programs begin what is quoted: Outlook's block of headers, and the line before Gmail's, Apple's and Thunderbird's.
DIVIDER = re.compile(r"^-{2,}\s*(?:original message|wiadomo[sś][cć] oryginalna|oryginalna wiadomo[sś][cć])\s*-{2,}$", re.IGNORECASE)
FROM = re.compile(r"^\*?(?:from|od):\*?\s\S", re.IGNORECASE)
BESIDE = re.compile(r"^\*?(?:sent|date|to|subject|wys[lł]ano|data|do|temat):\*?\s", re.IGNORECASE)
WROTE = re.compile(
    r"^(?:on|w dniu|dnia|pon\.|wt\.|[sś]r\.|czw\.|pt\.|sob\.|niedz\.)\s.{3,200}(?:wrote|pisze|napisa[lł]\(?a?\)?)\s?:?$", re.IGNORECASE
)


def is_automatic(mail: Mail) -> bool:
    """Whether a machine answered (RFC 3834, and what Exchange, Exim's vacation and older ones set instead)."""
    submitted = mail.header("auto-submitted").casefold()
    if submitted and not submitted.startswith("no"):
        return True
    if mail.kind == "multipart/report" or mail.header("precedence").casefold() in ("bulk", "junk", "list", "auto_reply"):
        return True
    marked = any(mail.message[name] for name in ("x-autoreply", "x-autorespond", "list-id"))
    return marked or SUBJECTS.match(mail.header("subject")) is not None


def answer_of(mail: Mail) -> str:
    """The text as a note keeps it; the subject where nothing was written."""
    written = "\n\n".join(part.text for part in mail.parts if part.kind == "text/plain" and not part.is_attached)
    if not written.strip():
        written = "\n\n".join(as_text(part.text) for part in mail.parts if part.kind == "text/html" and not part.is_attached)
    said = own_words(_clean(written[:WRITTEN])) or mail.header("subject")
    named = [f"[{part.name or part.kind}]" for part in mail.parts if part.is_attached or not part.kind.startswith("text/")]
    return "\n".join([said[:LONGEST] + (f"\n{CUT}" if len(said) > LONGEST else ""), *dict.fromkeys(named[:20])]).strip()


def own_words(text: str) -> str:
    """Without what is quoted at the end, which the case knows. Without a clear border everything stays; what stands between quoted lines
    is an answer to them, so they stay too."""
    rows = text.splitlines()
    end = next((at for at, row in enumerate(rows) if _begins_quote(rows, at, row.strip())), len(rows))
    while end > 0 and (not rows[end - 1].strip() or rows[end - 1].lstrip().startswith(">")):
        end -= 1
    if end < len(rows) and end > 0:
        end -= _introduction(rows, end)
    kept = "\n".join(rows[:end]).strip()
    return kept or text.strip()


def _begins_quote(rows: list[str], at: int, row: str) -> bool:
    if DIVIDER.match(row):
        return True
    return bool(FROM.match(row)) and sum(bool(BESIDE.match(each.strip())) for each in rows[at + 1 : at + 5]) >= 2


def _introduction(rows: list[str], end: int) -> int:
    """How many lines before the quoted ones only say who wrote them: Gmail breaks such a line in two."""
    for count in (1, 2):
        if WROTE.match(line(" ".join(rows[max(0, end - count) : end]))):
            return min(count, end)
    return 0


def _clean(text: str) -> str:
    shown = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\N{NO-BREAK SPACE}", " ")
    visible = "".join(c for c in shown if c == "\n" or c.isprintable() or c in "\u200c\u200d")
    return re.sub(r"\n{3,}", "\n\n", visible).strip()


class _Shown(HTMLParser):
    """What a reader sees of a page: no markup, no style, and the quoted letter marked as text mails mark it."""

    BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "blockquote", "hr"})
    HIDDEN = frozenset({"style", "script", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._hidden = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in self.HIDDEN
        self._quoted += tag == "blockquote"
        if tag in self.BREAKS:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in self.HIDDEN))
        if tag in self.BREAKS and tag not in ("br", "hr"):
            self.out.append("\n")
        self._quoted = max(0, self._quoted - (tag == "blockquote"))

    def handle_data(self, data: str) -> None:
        said = " ".join(data.split())
        if self._hidden or not said:
            return
        gap = " " if data[:1].isspace() else ""
        mark = "> " if self._quoted and (not self.out or self.out[-1] == "\n") else ""
        self.out.append(f"{mark}{gap}{said}{' ' if data[-1:].isspace() else ''}")


def as_text(page: str) -> str:
    """The words of an HTML text. What is unseen goes first, and the length is bounded: the parser looks for the end of what never ends
    again and again."""
    reader = _Shown()
    reader.feed(UNSEEN.sub(" ", page[:PAGE])[:SEEN])
    reader.close()
    return re.sub(r"\n{2,}", "\n\n", "\n".join(row.strip() for row in "".join(reader.out).split("\n")))
