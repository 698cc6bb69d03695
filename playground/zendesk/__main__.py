"""`python -m playground.zendesk --port 8097 --hook http://127.0.0.1:8080/webhooks/zendesk --secret-file F --token-file T`."""

import argparse
from pathlib import Path

from playground.serving import announce, stop_signal
from playground.zendesk.server import LocalZendesk


def main() -> None:
    """Serve until stopped."""
    asked = argparse.ArgumentParser(prog="python -m playground.zendesk", description=__doc__)
    asked.add_argument("--port", type=int, default=8097)
    asked.add_argument("--hook", required=True, help="where its webhooks go")
    asked.add_argument("--secret-file", type=Path, required=True, help="the secret they are signed with, as it is written")
    asked.add_argument("--token-file", type=Path, required=True, help="what the desk calls it with")
    asked.add_argument("--user", default="desk@partner.example", help="the agent whose API token it is")
    asked.add_argument("--events", action="store_true", help="webhooks of an event subscription instead of a trigger's")
    asked.add_argument("--scale", type=float, default=0.1, help="of the pauses between attempts")
    asked.add_argument("--per-minute", type=int, default=700, help="the account's limit of API calls")
    options = asked.parse_args()
    secret, token = (path.read_text(encoding="utf-8").strip() for path in (options.secret_file, options.token_file))
    local = LocalZendesk(
        options.hook, secret, token=token, user=options.user, scale=options.scale, per_minute=options.per_minute, events=options.events
    )
    stopped = stop_signal()
    local.start(options.port)
    announce(f"Zendesk listens on {local.url}")
    stopped.wait()
    local.stop()


if __name__ == "__main__":
    main()
