"""What the desk needs to send notices, and a carrier that answers as it is told."""

from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest

from app.notices.reading import read_texts
from app.senders import SENDERS
from app.sweeps import Sender
from app.wiring import House
from core.collections.commands import ApplyPolicy, ApplyTexts, RecordCarriage
from core.collections.letters import MAIL_KIND, letter_of
from core.collections.notices import DeskNotice, notices_of_ladder
from core.collections.ports import Carriage, Carried, Letter
from core.collections.shipped import SHIPPED as POLICY
from core.collections.texts import Texts
from core.desk import Settles
from core.engine.errors import DeliveryError
from core.engine.outbox import Posting
from core.engine.transaction import SYSTEM
from core.people.commands import AddConnection
from tests.harness.world import World

SHIPPED = Path(__file__).resolve().parents[2] / "docs" / "notices.yaml"


def our_file() -> str:
    """The shipped file, filled in as a partner would."""
    return SHIPPED.read_text(encoding="utf-8").replace("version: CHANGE ME", "version: ours-1").replace("CHANGE ME", "Partner sp. z o.o.")


def our_texts() -> Texts:
    """Likewise, read."""
    return read_texts(our_file())


def apply_texts(world: World) -> None:
    """Our texts are in force."""
    world.do(ApplyTexts(texts=our_texts(), text=our_file()))


def connect_mail(world: World) -> None:
    """Mail is set up, at a port where nobody listens: whoever looks at what leaves brings a `Post`."""
    settings = {"host": "127.0.0.1", "port": "9", "from": "billing@partner.example"}
    world.do(AddConnection(name="post", kind="mail", settings=settings, secrets=()))


ANY_BOOKS = replace(POLICY, version="any-books", notices=replace(POLICY.notices, books_within=0))


class Post:
    """A carrier. What is put into `answers` is what it says to the next letters, ACCEPTED when nothing is left."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answers: deque[Carriage] = deque()

    def send(self, house: House, posting: Posting) -> None:
        """As the outbox's sender does."""
        notice_id = int(posting.ids["notice_id"])
        with house.desk.reading() as connection:
            letter = letter_of(connection, notice_id)
        said = self.answers.popleft() if self.answers else Carriage(kind=Carried.ACCEPTED, said="250 2.0.0 Ok: queued")
        if said.kind is Carried.LATER:
            raise DeliveryError(said.said, retry_after=said.retry_after)
        if said.kind is Carried.ACCEPTED:
            self.letters.append(letter)
        settles = Settles("outbox", posting.id, letter.message_id)
        house.desk.do(RecordCarriage(notice_id=notice_id, carriage=said), SYSTEM, house.clock.now(), settles=settles)


@pytest.fixture
def post(world: World, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Texts are in force, every letter goes through this carrier, and nobody asks how old the books are: one feed is enough."""
    world.do(ApplyPolicy(policy=ANY_BOOKS, text=""))
    carrier = Post()
    sender: Sender = carrier.send
    monkeypatch.setitem(SENDERS, MAIL_KIND, sender)
    apply_texts(world)
    connect_mail(world)
    return carrier


def sent(world: World, ladder_id: int = 1) -> list[DeskNotice]:
    """Every notice of the ladder."""
    with world.house.desk.reading() as connection:
        return notices_of_ladder(connection, ladder_id)
