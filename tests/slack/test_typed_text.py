"""What people type, out of what Slack makes of it."""

import pytest

from bots.slack.gestures import typed_text


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("assign 104 <@U1|ana>", "assign 104 @U1"),
        ("note 104 see <http://example.com|example.com>", "note 104 see example.com"),
        ("note 104 see <https://rt.test/Ticket/Display.html?id=7&amp;x=1>", "note 104 see https://rt.test/Ticket/Display.html?id=7&x=1"),
        ("note 104 <https://rt.test/7|the ticket>", "note 104 the ticket (https://rt.test/7)"),
        ("note 104 <mailto:ala@nowak.test|ala@nowak.test>", "note 104 ala@nowak.test"),
        ("note 104 in <#C1|billing>", "note 104 in #billing"),
        ("note 104 a &lt; b &gt; c", "note 104 a < b > c"),
        ("note 104 a &lt;http://x|y&gt;", "note 104 a <http://x|y>"),
    ],
)
def test_tokens_become_what_was_typed(sent: str, typed: str) -> None:
    assert typed_text(sent) == typed
