"""The demo on a machine where somebody else has one of the ports it is known by."""

import socket
from pathlib import Path

import click
import pytest

from app.demo.processes import alone, listen, port
from app.demo.stage import KNOWN, Ports


def test_a_taken_port_is_replaced_and_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        theirs = other.getsockname()[1]

        assert port(theirs) not in {0, theirs}
    assert Ports(**KNOWN).taken() == []
    assert Ports(**KNOWN | {"partner_center": 4711, "desk": 4712}).taken() == [
        "Somebody else has ports that are usually the demo's; this time it listens elsewhere: desk on 4712 (not 8080), "
        "partner center on 4711 (not 8093)."
    ]


def test_the_control_pages_port_is_held_from_the_start_and_replaced_when_it_was_taken_meanwhile() -> None:
    with listen(0) as first, listen(first.getsockname()[1]) as second:
        theirs = first.getsockname()[1]

        assert second.getsockname()[1] not in {0, theirs}
        assert port(theirs) != theirs


def test_a_second_demo_of_the_same_folder_is_refused_and_takes_nothing_from_the_first(tmp_path: Path) -> None:
    with alone(tmp_path / "demo"):
        with pytest.raises(click.ClickException, match="A demo is running already"), alone(tmp_path / "demo"):
            pass
        with alone(tmp_path / "second"):
            pass
    with alone(tmp_path / "demo"):
        pass
