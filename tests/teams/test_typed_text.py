"""What people type, out of what Teams makes of it."""

from typing import Any

import pytest

from bots.teams.gestures import typed_text

DESK = {"type": "mention", "text": "<at>Billing Desk</at>", "mentioned": {"id": "28:app", "name": "Billing Desk"}}
ANA = {"type": "mention", "text": "<at>Ana Agent</at>", "mentioned": {"id": "29:ana", "name": "Ana Agent"}}


@pytest.mark.parametrize(
    ("text", "entities", "typed"),
    [
        ("<at>Billing Desk</at>\u00a0case 104", [DESK], "case 104"),
        ("<at>Billing Desk</at> assign 104 <at>Ana Agent</at>", [DESK, ANA], "assign 104  @29:ana"),
        ("<at>Billing Desk</at> note 104 a &lt; b &amp; c", [DESK], "note 104 a < b & c"),
        ("<at>Billing Desk</at> case 104", "nonsense", "case 104"),
        ("<at>Billing Desk</at> case 104", [None, {"mentioned": "x"}, {"mentioned": {"id": 5}}], "case 104"),
    ],
)
def test_mentions_and_entities_become_what_was_typed(text: str, entities: Any, typed: str) -> None:
    assert typed_text({"text": text, "entities": entities, "recipient": {"id": "28:app"}}) == typed
