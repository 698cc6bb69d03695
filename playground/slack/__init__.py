"""A local Slack: the Web API as a bot sees it, strict where the real one is strict. Raw dicts, nothing of ours."""
