"""What a message of Teams says, as text: its own format is HTML."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

BREAKS = frozenset({"br", "p", "div", "li", "tr", "blockquote", "pre", "h1", "h2", "h3"})


def text_of(body: Mapping[str, Any]) -> str:
    """The body's text: lines where it has paragraphs, no markup, nothing that was only drawn."""
    content = str(body.get("content") or "")
    if body.get("contentType") != "html":
        return content.strip()
    reader = Reader()
    reader.feed(content)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class Reader(HTMLParser):
    """Keeps what is read, drops what is drawn."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A picture or a symbol says what it stands for."""
        if tag in BREAKS:
            self.parts.append("\n")
        elif tag in ("img", "emoji"):
            self.parts.append(next((value for name, value in attrs if name == "alt" and value), ""))

    def handle_endtag(self, tag: str) -> None:
        """The end of a paragraph ends a line."""
        if tag in BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Text as it was written."""
        self.parts.append(data)
