"""How every verb is typed wherever it may be, and every form filled: what a test says when any answer but a refusal will do."""

from collections.abc import Callable, Mapping

from tests.harness.faces import Face, Seen
from tests.harness.suspensions import Story
from tests.harness.world import ANA, BEN, Persona

VALUES = {
    "text": "Thank you for asking.",
    "title": "A call from Nowak",
    "person": "ana",
    "triage": "tax",
    "told": "yes",
    "customer": "id:1",
    "handle": "ola",
    "roles": "agent",
    "member": "iga",
    "until": "tomorrow 9",
    "delegate": "ana",
    "reason": "A test of ours",
}


def typed(face: Face, way: str, line: str, by: Persona) -> Seen:
    """Type a line there."""
    how: Mapping[str, Callable[..., Seen]] = {"slash": face.type, "mention": face.mention, "personal": face.write}
    return how[way](line, by=by)


def say(face: Face, way: str, line: str, by: Persona) -> Seen:
    """Likewise, and it does something; a form that cannot open by itself has its button pressed."""
    seen = typed(face, way, line, by)
    assert "do not know" not in seen, str(seen)
    assert "Nothing was" not in seen, str(seen)
    return face.click(seen, "Open form", by=by) if "Open form" in seen.buttons else seen


def fill(face: Face, form: Seen, by: Persona) -> None:
    """Fill what is empty, and send it."""
    assert form.is_form, str(form)
    values = {name: VALUES[name] for name, held in form.fields.items() if not held and name in VALUES}
    answer = face.fill(form, by=by, **values)
    assert not answer.errors, str(answer)
    assert "Nothing was" not in answer, str(answer)


def fill_notice(face: Face, form: Seen) -> None:
    given = {"kind": "final", "day": "2026-11-10", "recipient": "ala@nowak.example", "method": "email", "proof": "250 accepted"}
    assert not face.fill(form, by=ANA, **given).errors


def suspended(story: Story, face: Face, number: str) -> None:
    """Approved on the card and carried out."""
    face.click(face.type(f"suspension {number}", by=BEN), "Approve", by=BEN)
    story.world.settle()
    story.cool_off()
    story.settle_for()
