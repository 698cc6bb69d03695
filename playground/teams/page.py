"""The page's own doors: what one person sees, and what they do. Only this machine may ask."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory

from playground.teams.client import Answer, Client
from playground.teams.directory import Conversation, Directory
from playground.teams.faults import CLIENT, CONNECTOR, LOGIN, Switches
from playground.teams.ledger import BOT, Ledger, Message, card_for
from playground.teams.package import App

PAGE = Path(__file__).parent / "page"
PATIENCE = 20.0  # seconds a question for news is kept open
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


class Page:
    """Serves the page. `renderer` is the folder of the adaptivecards package's `dist`; without it cards are shown as JSON."""

    def __init__(
        self, directory: Directory, ledger: Ledger, client: Client, switches: Switches, renderer: Path | None, package: App
    ) -> None:
        self._directory, self._ledger, self._client, self._switches = directory, ledger, client, switches
        self._renderer, self._package = renderer, package

    def routes(self) -> Blueprint:
        """Files, news, gestures, faults."""
        made = Blueprint("page", __name__)
        made.before_request(_only_from_here)
        made.get("/", defaults={"name": "index.html"})(_file_of_page)
        made.get("/page/<name>")(_file_of_page)
        made.get("/renderer/<name>")(self._file_of_renderer)
        made.get("/api/people")(self._people)
        made.get("/api/news")(self._news)
        made.get("/api/faults")(self._faults)
        made.post("/api/faults")(self._set_fault)
        made.post("/api/read")(self._read)
        for name, gesture in self._gestures().items():
            made.add_url_rule(f"/api/{name}", name, _answering(gesture), methods=["POST"])
        return made

    def _gestures(self) -> Mapping[str, Callable[[dict[str, Any]], Answer]]:
        client = self._client
        return {
            "say": lambda b: client.say(
                b["person"], b["conversation"], b["text"], thread=b.get("thread", ""), mention=bool(b.get("mention"))
            ),
            "press": lambda b: client.press(b["person"], b["message"], b["action"]),
            "submit": lambda b: client.submit(b["person"], b["message"], b["data"]),
            "fetch": lambda b: client.fetch(b["person"], b["message"], b["data"]),
            "fill": lambda b: client.fill(b["person"], b["message"], b["data"], command=b.get("command", "")),
            "menu": lambda b: client.choose(b["person"], b["message"], b["command"]),
            "search": lambda b: client.search(b["person"], b["message"], b["dataset"], b["text"]),
        }

    def _file_of_renderer(self, name: str) -> Response:
        if self._renderer is None or not self._renderer.is_dir():
            abort(404)
        return send_from_directory(self._renderer, name)

    def _people(self) -> Response:
        people = [
            {
                "id": p.id, "name": p.name, "zone": p.zone, "locale": p.locale, "guest": p.guest,
                "menu": [] if p.guest else self._package.on_messages(p.locale),
            }
            for p in self._directory.people.values()
        ]  # fmt: skip
        return jsonify(people=people, bot=self._directory.bot_name)

    def _news(self) -> Response:
        """What a person sees, as soon as it is newer than what they have."""
        person, since = request.args.get("person", ""), request.args.get("since", default=-1, type=int)
        if person not in self._directory.people:
            abort(404)
        version = self._ledger.wait(since, PATIENCE)
        chats = self._directory.seen_by(person)
        seen = {chat.id for chat in chats}
        messages = [m for m in list(self._ledger.messages.values()) if m.conversation in seen and m.version > since]
        conversations = [self._conversation(chat, person) for chat in chats]
        return jsonify(version=version, conversations=conversations, messages=[self._message(m, person) for m in messages])

    def _conversation(self, chat: Conversation, person: str) -> dict[str, Any]:
        unread = self._ledger.unread(person, chat.id)
        return {"id": chat.id, "kind": chat.kind, "name": chat.name, "team": chat.team, "members": chat.members, "unread": unread}

    def _message(self, message: Message, person: str) -> dict[str, Any]:
        named = self._directory.bot_name if message.sender == BOT else self._directory.people[message.sender].name
        activity = {} if message.deleted else message.activity
        return {
            "id": message.id, "conversation": message.conversation, "thread": message.thread, "sender": message.sender, "name": named,
            "at": message.at, "text": activity.get("text") or "", "cards": [] if message.deleted else card_for(message, person),
            "edited": message.edited, "deleted": message.deleted, "version": message.version,
        }  # fmt: skip

    def _faults(self) -> Response:
        known = {n: f"{f.status} {f.text}" for n, f in CONNECTOR.items()} | dict(CLIENT) | dict(LOGIN)
        return jsonify(known=known, left=self._switches.left())

    def _set_fault(self) -> Response:
        body = request.get_json()
        try:
            self._switches.set(str(body.get("name")), int(body.get("times", 1)))
        except (KeyError, ValueError, TypeError):
            abort(400)
        return self._faults()

    def _read(self) -> Response:
        body = request.get_json()
        self._ledger.mark_read(str(body.get("person")), str(body.get("conversation")))
        return jsonify(ok=True)


def _answering(gesture: Callable[[dict[str, Any]], Answer]) -> Callable[[], Response]:
    def view() -> Response:
        try:
            answer = gesture(request.get_json())
        except (KeyError, TypeError):
            abort(400)
        return jsonify(status=answer.status, toast=answer.toast, dialog=answer.dialog, choices=answer.choices)

    return view


def _file_of_page(name: str) -> Response:
    return send_from_directory(PAGE, name)


def _only_from_here() -> None:
    """Another site's page in the same browser must not act for the people here."""
    host = request.host.rpartition(":")[0] or request.host
    origin = request.headers.get("Origin")
    if host not in LOOPBACK or (origin and origin != request.host_url.rstrip("/")):
        abort(403)
