"""The one way in which texts are made comparable: stored folded, sought folded, on both stores alike.

Neither SQLite's `lower` (ASCII only) nor PostgreSQL's collations do this the same way, so Python does it for both.
"""

import unicodedata

# Letters that Unicode does not take apart into a base letter and a mark. Texts in other scripts stay what they are: nobody who types
# them leaves anything out.
WHOLE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def folded(text: str) -> str:
    """The text without case and diacritics, its spaces single: `Łódź` → `lodz`."""
    plain = text.casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain.translate(WHOLE))
        plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.split())
