"""Our own token at Microsoft's login: asked for once by many, not again at once after a no, and the old one used while it lives."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, Response, jsonify

from bots.teams.connector import PAUSE, Token
from core.engine.errors import DeliveryError
from playground.serving import OnLoopback


class Login(OnLoopback):
    """Answers with `body` under `status` after `delay` seconds, and counts."""

    def __init__(self) -> None:
        self.asked, self.status, self.delay = 0, 200, 0.0
        self.body: Any = {"access_token": "good", "expires_in": 3600}
        self._lock = threading.Lock()
        self.app = Flask("login")
        self.app.post("/token")(self._answer)

    def _answer(self) -> tuple[Response, int]:
        with self._lock:
            self.asked += 1
        time.sleep(self.delay)
        return jsonify(self.body), self.status


@pytest.fixture
def login() -> Iterator[Login]:
    made = Login()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def moment() -> list[float]:
    return [1000.0]


@pytest.fixture
def token(login: Login, moment: list[float]) -> Token:
    return Token(f"{login.url}/token", "app", "secret", now=lambda: moment[0])


def test_many_threads_ask_once(login: Login, token: Token) -> None:
    login.delay = 0.2
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: token.get(), range(32)))

    assert (found, login.asked) == ({"good"}, 1)


def test_a_login_that_says_no_is_not_asked_again_at_once(login: Login, token: Token, moment: list[float]) -> None:
    login.status = 401
    for _ in range(5):
        with pytest.raises(DeliveryError):
            token.get()
    assert login.asked == 1

    login.status = 200
    moment[0] += PAUSE + 1
    assert token.get() == "good"


def test_the_old_one_is_used_while_it_lives_and_not_a_moment_longer(login: Login, token: Token, moment: list[float]) -> None:
    assert token.get() == "good"
    login.status = 503

    moment[0] += 3500  # early enough to want a new one, and the old one still lives
    assert token.get() == "good"
    moment[0] += 101
    with pytest.raises(DeliveryError):
        token.get()


ODD = [
    [],
    "x",
    None,
    {},
    {"access_token": ""},
    {"access_token": 7},
    *({"access_token": "x", "expires_in": odd} for odd in ("soon", None, [])),
]


@pytest.mark.parametrize("body", ODD, ids=str)
def test_an_answer_that_is_none_is_no_token_and_no_fault(login: Login, token: Token, body: Any) -> None:
    login.body = body

    with pytest.raises(DeliveryError):
        token.get()
