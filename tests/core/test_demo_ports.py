"""The demo on a machine where somebody else has one of the ports it is known by."""

import socket

from app.demo.processes import listen, port
from app.demo.stage import KNOWN, Ports


def test_a_taken_port_is_replaced_and_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        theirs = other.getsockname()[1]

        assert port(theirs) not in {0, theirs}
    assert Ports(**KNOWN).taken() == []
    assert Ports(**KNOWN | {"partner_center": 4711}).taken() == ["Port 8093 is taken, so partner center listens on 4711 this time."]


def test_the_control_pages_port_is_held_from_the_start_and_replaced_when_it_was_taken_meanwhile() -> None:
    with listen(0) as first, listen(first.getsockname()[1]) as second:
        theirs = first.getsockname()[1]

        assert second.getsockname()[1] not in {0, theirs}
        assert port(theirs) != theirs
