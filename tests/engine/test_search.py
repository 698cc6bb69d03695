"""Words are found on both stores alike, whole ones first, page by page; and only in what is committed."""

from collections.abc import Iterator

import pytest

from core.engine import search
from core.engine.db.store import Store
from core.engine.search import Key, Sought


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    made = Store(database)
    yield made
    made.close()


def looked_for(typed: str) -> Sought:
    found = search.sought(typed)
    assert found is not None
    return found


def ids(store: Store, typed: str, kind: str = "case") -> tuple[int, ...]:
    with store.reading() as connection:
        return search.page(connection, kind, looked_for(typed), limit=20).found


def stock(store: Store, texts: dict[int, tuple[str, ...]], kind: str = "case") -> None:
    with store.writing() as connection:
        search.keep(connection, kind, texts)


def test_words_are_found_by_their_beginnings_whatever_the_case_and_the_diacritics(store: Store) -> None:
    stock(store, {1: ("Żółw & Syn, Łódź",), 2: ("Zolwik",), 3: ("Łomża",)})

    for typed in ("zolw", "ŻÓŁW", "żółw", "zol"):
        assert set(ids(store, typed)) == {1, 2}, typed
    assert ids(store, "lodz syn") == (1,)
    assert ids(store, "syn łom") == ()
    assert ids(store, "olw") == ()  # not the beginning of a word


def test_whole_words_come_first_and_then_the_newest(store: Store) -> None:
    stock(store, {1: ("faktura",), 2: ("fakturowanie",), 3: ("faktura korekta",), 4: ("fakturomat",)})

    assert ids(store, "faktura") == (3, 1)
    assert ids(store, "faktur") == (4, 3, 2, 1)
    assert ids(store, "fakturo fakturowanie") == (2,)


def test_pages_follow_each_other_by_key_without_a_gap_while_rows_are_added(store: Store) -> None:
    stock(store, {n: ("nowak",) if n % 3 else ("nowakowski",) for n in range(1, 31)})
    seen: list[int] = []
    key: Key | None = search.FIRST

    while key is not None:
        with store.reading() as connection:
            page = search.page(connection, "case", looked_for("nowak"), after=key, limit=7)
        seen += page.found
        key = page.next
        stock(store, {1000 + len(seen): ("nowak",)})

    whole = [n for n in range(30, 0, -1) if n % 3]
    begun = [n for n in range(30, 0, -1) if not n % 3]
    assert seen == whole + begun


def test_a_kind_is_found_among_its_own_only(store: Store) -> None:
    stock(store, {1: ("nowak",)})
    stock(store, {1: ("nowak case",)}, kind="customer")

    assert ids(store, "nowak") == (1,)
    assert ids(store, "nowak case") == ()
    assert ids(store, "nowak case", kind="customer") == (1,)
    assert ids(store, "=customer nowak") == ()  # the mark is no word anybody could type


def test_what_is_said_anew_is_found_by_the_new_words_only_and_what_is_forgotten_by_none(store: Store) -> None:
    stock(store, {1: ("nowak",), 2: ("kowalski",)})
    stock(store, {1: ("wilk",)})
    with store.writing() as connection:
        search.forget(connection, "case", 2)

    assert ids(store, "nowak") == ()
    assert ids(store, "wilk") == (1,)
    assert ids(store, "kowalski") == ()


def test_what_is_rolled_back_is_found_by_nobody(store: Store) -> None:
    with store.engine.connect() as connection:
        search.keep(connection, "case", {1: ("nowak",)})
        connection.rollback()

    assert ids(store, "nowak") == ()


@pytest.mark.parametrize("typed", ["C-104", "c-104", "104"])
def test_a_number_is_found_however_it_is_written(store: Store, typed: str) -> None:
    stock(store, {104: ("104", "Why?"), 105: ("105", "Why?")})

    assert ids(store, typed) == (104,)


def test_a_split_number_is_found_in_one_piece_and_an_invoice_by_its_parts(store: Store) -> None:
    stock(store, {1: ("5270103391",), 2: ("FV/10/2026/0123",)})

    for typed in ("527-010-33-91", "527 010 33 91", "5270103391", "52701"):
        assert ids(store, typed) == (1,), typed
    for typed in ("FV/10/2026/0123", "fv 0123", "10/2026/0123"):
        assert ids(store, typed) == (2,), typed


@pytest.mark.parametrize("typed", ["", " ", "a", "%", "_", "* OR", "ż", "&|!"])
def test_what_has_no_word_to_look_for_is_not_looked_for(typed: str) -> None:
    assert (search.sought(typed) is None) == (typed != "* OR")


@pytest.mark.parametrize(
    "typed",
    ['nowak" OR "x', "nowak' | 'x", "nowak*) OR (x*", "NEAR(nowak x)", "-nowak x", "words:nowak x", "nowak\\ x", "nowak \U0001f600 x"],
)
def test_nothing_typed_is_an_operator(store: Store, typed: str) -> None:
    stock(store, {1: ("nowak",), 2: ("xavier",)})

    assert ids(store, typed) == ()


@pytest.mark.parametrize("typed", ["дог", "ऋण", "漢字", "𐐀𐐁x", "ǅx", "ﬁn"])
def test_any_script_is_found_again(store: Store, typed: str) -> None:
    stock(store, {1: (f"before {typed} after",)})

    assert ids(store, typed) == (1,)


@pytest.mark.parametrize("text", ["", "1", "2.5", "-1.5", "0.5; DROP TABLE", "0.", "0.99999999999999999999", "٠.٥"])
def test_a_key_that_no_page_gave_is_none(text: str) -> None:
    assert search.key(text) is None


def test_a_key_survives_a_button() -> None:
    for given in (Key(1, 42), search.FIRST):
        assert search.key(str(given)) == given
