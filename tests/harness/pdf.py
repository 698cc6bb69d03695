"""What a PDF of ours says: its text, by the character maps that stand in it, and how many pages it has. Enough for typst's, not for any."""

import re
import zlib
from collections.abc import Iterator

OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.DOTALL)
FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
RUN = re.compile(rb"\nBT (.*?)\nET", re.DOTALL)
# Brackets that match stand in a string as they are; behind one the next glyph begins with a backslash, behind a string its distance.
WRITTEN = re.compile(rb"/(f\d+) [\d.]+ Tf|\(((?:\\.|[^\\])*?)\)(?=[-\d\] ])", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """A line for each run of text, in the order it was set; spaces that break no line are plain ones."""
    objects = dict(OBJECT.findall(pdf))
    fonts = {name: _letters(objects, objects[number]) for body in objects.values() for name, number in FONT.findall(body)}
    contents = (inflated for body in objects.values() if b"\nBT " in (inflated := _inflated(body)))
    return "".join(piece for each in contents for piece in _written(each, fonts)).replace("\u00a0", " ").replace("\u202f", " ")


def pages(pdf: bytes) -> int:
    """How many there are."""
    return len(re.findall(rb"/Type/Page\b", pdf))


def _written(content: bytes, fonts: dict[bytes, dict[bytes, str]]) -> Iterator[str]:
    letters: dict[bytes, str] = {}
    for run in RUN.findall(content):
        for font, shown in WRITTEN.findall(run):
            letters = fonts[font] if font else letters
            glyphs = ESCAPED.sub(_plain, shown)
            yield "".join(letters[glyphs[at : at + 2]] for at in range(0, len(glyphs), 2))
        yield "\n"


def _letters(objects: dict[bytes, bytes], font: bytes) -> dict[bytes, str]:
    """What each glyph of the font stands for."""
    found = re.search(rb"/ToUnicode (\d+) 0 R", font)
    assert found, font
    mapped = _inflated(objects[found[1]]).split(b"beginbfchar", 1)[1]
    return {bytes.fromhex(glyph.decode()): bytes.fromhex(said.decode()).decode("utf-16-be") for glyph, said in MAPPED.findall(mapped)}


def _inflated(body: bytes) -> bytes:
    head, _, stream = body.partition(b"stream\n")
    return zlib.decompress(stream.removesuffix(b"endstream").rstrip(b"\n")) if b"/FlateDecode" in head and stream else b""


def _plain(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8)]) if said[:1].isdigit() else NAMED.get(said, said)
