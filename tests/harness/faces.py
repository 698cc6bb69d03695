"""Both chats by name: the stories run on each."""

from tests.harness.face import Face, Seen
from tests.harness.slack_face import SlackFace, seen_in_slack
from tests.harness.teams_face import TeamsFace, seen_in_teams

FACES: dict[str, type[Face]] = {"slack": SlackFace, "teams": TeamsFace}

__all__ = ["FACES", "Face", "Seen", "SlackFace", "TeamsFace", "seen_in_slack", "seen_in_teams"]
