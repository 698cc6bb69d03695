"""The journal's canonical form is what anybody's `json.dumps` writes, byte for byte; columns give back what they were given."""

import json
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.encoding import canonical, decode, encode
from core.engine.journal import Private

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)


class Colour(StrEnum):
    RED = "red"


@given(values)
def test_the_canonical_form_can_be_computed_without_the_desk(value: object) -> None:
    assert canonical(value) == json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@given(values)
def test_a_column_gives_back_what_it_was_given(value: object) -> None:
    assert decode(encode(value)) == value


def test_kinds_of_text_are_kept_as_text_and_anything_else_is_refused() -> None:
    assert decode(encode({"who": Private("Ana"), "what": Colour.RED})) == {"who": "Ana", "what": "red"}
    with pytest.raises(TypeError, match="EnumType is not JSON"):
        encode(Colour)
    with pytest.raises(TypeError, match="object is not JSON"):
        canonical([object()])
