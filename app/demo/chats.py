"""The two chats of the demo: a local Slack nobody here wrote, and our own local Teams."""

import json
from pathlib import Path
from typing import Any

from app.demo.people import SLACK_TEAM, STAFF, STRANGER, TENANT, Colleague

EVERYBODY = (*STAFF, STRANGER)
BOT = "U0DESK"
# What each channel is for: its routes, by name.
CHANNELS = {"billing": ("question", "collection"), "approvals": ("approval",)}


def slack_channel(name: str) -> str:
    """A channel's id in the demo's Slack."""
    return f"C0{name.upper()}"


def teams_channel(name: str) -> str:
    """A channel's conversation id in the demo's Teams."""
    return f"19:{name}@thread.tacv2"


def slack_config(*, desk_url: str, token: str, signing_secret: str) -> dict[str, Any]:
    """The workspace file of local-slack (JSON is YAML): signed HTTP deliveries to the desk."""
    members = [person.slack_id for person in EVERYBODY] + [BOT]
    return {
        "workspace": {"name": "Partner sp. z o.o.", "domain": "partner", "teamId": SLACK_TEAM},
        "app": {
            "appId": "A0DESK", "botUserId": BOT, "botName": "billing-desk", "botToken": token, "appToken": "xapp-unused",
            "signingSecret": signing_secret, "mode": "events", "requestUrl": f"{desk_url}/slack/events",
        },
        "users": [
            {"id": p.slack_id, "name": p.handle, "real_name": p.name, "email": f"{p.handle}@partner.example"} for p in EVERYBODY
        ],
        "channels": [{"id": slack_channel(name), "name": name, "members": members} for name in CHANNELS],
    }  # fmt: skip


def teams_world() -> dict[str, Any]:
    """The directory and channels of local Teams."""
    people = [
        {"id": p.directory_id, "name": p.name, "email": f"{p.handle}@partner.example", "locale": p.locale, "zone": p.zone}
        for p in EVERYBODY
    ]
    members = [person["id"] for person in people]
    channels = [{"id": teams_channel(name), "name": name.capitalize(), "team": "Partner", "members": members} for name in CHANNELS]
    return {"tenant": TENANT, "bot": "Billing Desk", "people": people, "channels": channels}


def write(folder: Path, name: str, content: dict[str, Any]) -> Path:
    """Write a stand-in's world file; returns its path."""
    path = folder / name
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def identities(person: Colleague) -> list[str]:
    """The options of `desk staff add` that name the person in both chats."""
    return ["--slack", f"{SLACK_TEAM}:{person.slack_id}", "--teams", f"{TENANT}:{person.directory_id}"]
