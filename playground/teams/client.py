"""A person's side: what they type and press becomes an activity for the bot, with a real token; the answer is what they see.

Activities: https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx

from playground.teams.directory import THREAD, Conversation, Directory, Person
from playground.teams.faults import Switches
from playground.teams.ledger import Ledger
from playground.teams.package import App
from playground.teams.quoting import payload_of
from playground.teams.tokens import Login

INVOKE_DEADLINE = 5.0  # seconds: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/overview
MESSAGE_DEADLINE = 15.0  # seconds
CARD = "application/vnd.microsoft.card.adaptive"


@dataclass(frozen=True)
class Answer:
    """What the bot's answer means to the one who acted: the dialog or card it carries, or a sentence."""

    status: int
    toast: str = ""
    dialog: Mapping[str, Any] | None = None
    choices: tuple[Mapping[str, str], ...] = ()


class Client:
    """Delivers what people do. `app_id` is the bot's; `service_url` is where the bot is to answer."""

    def __init__(
        self, directory: Directory, ledger: Ledger, login: Login, switches: Switches, *, app_id: str, bot_url: str,
        service_url: Callable[[], str], next_id: Callable[[], str], package: App,
    ) -> None:  # fmt: skip
        self._directory, self._ledger, self._login, self._switches = directory, ledger, login, switches
        self._app_id, self._bot_url, self._service_url, self._next_id = app_id, bot_url, service_url, next_id
        self._package = package
        self._http = httpx.Client(follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Give the pooled connections back."""
        self._http.close()

    def say(self, person_id: str, conversation_id: str, text: str, *, thread: str = "", mention: bool = False) -> Answer:
        """Type a message. In a channel the bot only gets it when it is mentioned."""
        person, conversation = self._who_where(person_id, conversation_id)
        made = self.activity(person, conversation, thread=thread)
        name = escape(self._directory.bot_name)
        marked = f"<at>{name}</at>"
        typed = f"{marked} {escape(text)}" if mention else escape(text)
        entity = {"type": "mention", "text": marked, "mentioned": {"id": self.bot_id, "name": self._directory.bot_name}}
        made |= {"type": "message", "text": typed, "textFormat": "plain", "entities": [entity] if mention else []}
        self._ledger.add(made["id"], made["conversation"]["id"] if thread else conversation.id, person.id, made)
        if conversation.kind != "personal" and not mention:
            return Answer(200)
        status, _ = self.deliver(made, MESSAGE_DEADLINE)
        return Answer(status, "" if status == httpx.codes.OK else _unanswered(status))

    def press(self, person_id: str, message_id: str, action: Mapping[str, Any]) -> Answer:
        """Press an `Action.Execute`: the answer's card takes the old one's place for this person alone."""
        value = {"action": {"type": "Action.Execute", "verb": action.get("verb"), "data": action.get("data") or {}}, "trigger": "manual"}
        status, body = self._invoke(person_id, message_id, "adaptiveCard/action", value)
        if status != httpx.codes.OK or not isinstance(body, Mapping):
            return Answer(status, _unanswered(status))
        if body.get("type") == CARD and isinstance(body.get("value"), Mapping):
            self._ledger.replace_for(person_id, message_id, dict(body["value"]))
            return Answer(status)
        told = body.get("value")
        text = told.get("message", "") if isinstance(told, Mapping) else told
        return Answer(int(body.get("statusCode", status)), str(text or ""))

    def submit(self, person_id: str, message_id: str, data: Mapping[str, Any]) -> Answer:
        """Press a plain `Action.Submit`: a message whose `value` is the action's data."""
        _, made = self._about(person_id, message_id)
        status, _ = self.deliver(made | {"type": "message", "text": None, "value": dict(data)}, MESSAGE_DEADLINE)
        return Answer(status, "" if status == httpx.codes.OK else _unanswered(status))

    def fetch(self, person_id: str, message_id: str, data: Mapping[str, Any]) -> Answer:
        """Press a Submit that asks for a dialog."""
        return self._task(person_id, message_id, "task/fetch", data)

    def fill(self, person_id: str, message_id: str, data: Mapping[str, Any], *, command: str = "") -> Answer:
        """Send a dialog in; `command`: the entry of the message's own menu that it came from."""
        if command:
            return self._extension(person_id, message_id, "composeExtension/submitAction", command, {"data": dict(data)})
        return self._task(person_id, message_id, "task/submit", data)

    def choose(self, person_id: str, message_id: str, command: str) -> Answer:
        """Choose an entry of a message's own menu. Raises KeyError for one that the app's package does not have."""
        if not self._package.has(command):
            raise KeyError(command)
        return self._extension(person_id, message_id, "composeExtension/fetchTask", command, {})

    def search(self, person_id: str, message_id: str, dataset: str, text: str) -> Answer:
        """Type into a field that looks its choices up.

        https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search
        """
        value = {"queryText": text, "queryOptions": {"skip": 0, "top": 15}, "dataset": dataset}
        status, body = self._invoke(person_id, message_id, "application/search", value)
        found = body.get("value") if isinstance(body, Mapping) else None
        results = found.get("results") if isinstance(found, Mapping) else None
        choices = tuple({"title": str(r.get("title", "")), "value": str(r.get("value", ""))} for r in results or ())
        return Answer(status, "" if status == httpx.codes.OK else _unanswered(status), choices=choices)

    def introduce(self) -> bool:
        """Tell the bot where it is installed; False as soon as it does not answer."""
        for conversation in self._directory.conversations.values():
            for person in self._introducers(conversation):
                made = self.activity(person, conversation)
                if conversation.kind == "personal":
                    made |= {"type": "installationUpdate", "action": "add"}
                else:
                    made |= {"type": "conversationUpdate", "membersAdded": [{"id": self.bot_id, "name": self._directory.bot_name}]}
                if self.deliver(made, MESSAGE_DEADLINE)[0] != httpx.codes.OK:
                    return False
        return True

    @property
    def bot_id(self) -> str:
        """How the Connector names the bot."""
        return f"28:{self._app_id}"

    def activity(self, person: Person, conversation: Conversation, *, thread: str = "") -> dict[str, Any]:
        """What every activity says: who, where, through which service."""
        made_id, tenant = self._next_id(), self._directory.tenant
        in_thread = f"{conversation.id}{THREAD}{thread or made_id}" if conversation.kind == "channel" else conversation.id
        sender = {"id": person.teams_id, "name": person.name, "aadObjectId": person.id}
        more = {"tenantId": person.tenant} if person.tenant != tenant else {}
        role = {"userRole": "guest"} if person.guest else {}
        channel = {"team": {"id": conversation.team}, "channel": {"id": conversation.id}} if conversation.kind == "channel" else {}
        return {
            "id": made_id, "channelId": "msteams", "serviceUrl": self._service_url(), "timestamp": datetime.now(UTC).isoformat(),
            "from": sender | more | role, "recipient": {"id": self.bot_id, "name": self._directory.bot_name},
            "conversation": {"id": in_thread, "conversationType": conversation.kind, "tenantId": tenant},
            "channelData": {"tenant": {"id": tenant}, **channel}, "locale": person.locale, "localTimezone": person.zone,
        }  # fmt: skip

    def deliver(self, activity: Mapping[str, Any], deadline: float) -> tuple[int, Any]:
        """The bot's status and answer; 504 when it took too long, 502 when nobody listens."""
        for _ in range(2 if self._switches.take("twice") else 1):
            status, body = self._post(activity, deadline)
        if self._switches.take("late"):
            return 504, None
        return status, body

    def _post(self, activity: Mapping[str, Any], deadline: float) -> tuple[int, Any]:
        forged = bool(self._switches.take("forged"))
        token = self._login.forge(self._app_id, self._service_url()) if forged else self._login.sign(self._app_id, self._service_url())
        try:
            answer = self._http.post(self._bot_url, json=activity, headers={"Authorization": f"Bearer {token}"}, timeout=deadline)
        except httpx.TimeoutException:
            return 504, None
        except httpx.HTTPError:
            return 502, None
        try:
            return answer.status_code, answer.json() if answer.content else None
        except ValueError:
            return answer.status_code, None

    def _invoke(self, person_id: str, message_id: str, name: str, value: Mapping[str, Any]) -> tuple[int, Any]:
        _, made = self._about(person_id, message_id)
        return self.deliver(made | {"type": "invoke", "name": name, "value": dict(value)}, INVOKE_DEADLINE)

    def _extension(self, person_id: str, message_id: str, name: str, command: str, more: Mapping[str, Any]) -> Answer:
        """https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module"""
        about = payload_of(self._ledger.messages[message_id], self._directory)
        value = {"commandId": command, "commandContext": "message", "messagePayload": about, "context": {"theme": "default"}, **more}
        return self._asked(person_id, message_id, name, value)

    def _task(self, person_id: str, message_id: str, name: str, data: Mapping[str, Any]) -> Answer:
        return self._asked(person_id, message_id, name, {"data": dict(data), "context": {"theme": "default"}})

    def _asked(self, person_id: str, message_id: str, name: str, value: Mapping[str, Any]) -> Answer:
        """An invoke that a dialog may follow."""
        status, body = self._invoke(person_id, message_id, name, value)
        if status != httpx.codes.OK:
            return Answer(status, _unanswered(status))
        task = body.get("task") if isinstance(body, Mapping) else None
        if not isinstance(task, Mapping):
            return Answer(status)
        if task.get("type") == "message":
            return Answer(status, str(task.get("value", "")))
        return Answer(status, dialog=task.get("value"))

    def _about(self, person_id: str, message_id: str) -> tuple[Person, dict[str, Any]]:
        """An activity about a message of the bot. Raises KeyError for one the person cannot see."""
        message = self._ledger.messages[message_id]
        person, conversation = self._who_where(person_id, message.conversation)
        thread = message.thread or message.id
        return person, self.activity(person, conversation, thread=thread) | {"replyToId": message_id}

    def _who_where(self, person_id: str, conversation_id: str) -> tuple[Person, Conversation]:
        person, conversation = self._directory.people[person_id], self._directory.conversations[conversation_id]
        if person_id not in conversation.members:
            raise KeyError(conversation_id)
        return person, conversation

    def _introducers(self, conversation: Conversation) -> list[Person]:
        members = [self._directory.people[m] for m in conversation.members if not self._directory.people[m].guest]
        return members[:1]


def _unanswered(status: int) -> str:
    """What Teams says when a bot fails; our addition in brackets says why."""
    why = {502: "nobody listens at the bot's address", 504: "it did not answer in time"}.get(status, f"it answered {status}")
    return f"Something went wrong. Please try again. [{why}]"
