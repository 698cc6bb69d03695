"""An answer to a notice finds its case; nobody else's letter does."""

import pytest

from core.collections.addresses import address_of_case, case_of_address

KEY = b"the desk's own"
BASE = "billing@partner.example"


def test_an_answer_returns_to_its_case_whatever_servers_do_to_the_letters_case() -> None:
    address = address_of_case(BASE, 104, KEY)

    assert address.startswith("billing+c104.")
    assert len(address.partition("@")[0]) <= 64  # RFC 5321, 4.5.3.1.1
    assert case_of_address(address, KEY) == 104
    assert case_of_address(f" {address.upper()} ", KEY) == 104


@pytest.mark.parametrize(
    "forged",
    [
        address_of_case(BASE, 104, KEY).replace("c104", "c105"),
        address_of_case(BASE, 104, b"another desk's"),
        "billing+c104@partner.example",
        "billing+c104.@partner.example",
        BASE,
        "",
        "billing+c104.00000000000000000000@partner.example",
        "billing+c" + "9" * 40 + ".00000000000000000000@partner.example",
    ],
)
def test_whoever_guesses_a_number_writes_into_no_case(forged: str) -> None:
    assert case_of_address(forged, KEY) is None
