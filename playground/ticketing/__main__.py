"""`python -m playground.ticketing --port 8094 --hook http://127.0.0.1:8080/webhooks/helpdesk --secret-file F --token-file T`."""

import argparse
from pathlib import Path

from playground.serving import announce, stop_signal
from playground.ticketing.server import Ticketing


def main() -> None:
    """Serve until stopped."""
    asked = argparse.ArgumentParser(prog="python -m playground.ticketing", description=__doc__)
    asked.add_argument("--port", type=int, default=8094)
    asked.add_argument("--hook", required=True, help="where its webhooks go")
    asked.add_argument("--secret-file", type=Path, required=True, help="whsec_…, the secret they are signed with")
    asked.add_argument("--token-file", type=Path, required=True, help="what the desk calls it with")
    asked.add_argument("--user", default="billing-desk", help="the user whose token it is")
    asked.add_argument("--scale", type=float, default=0.01, help="of the retry schedule: 0.01 makes five minutes three seconds")
    options = asked.parse_args()
    secret, token = (path.read_text(encoding="utf-8").strip() for path in (options.secret_file, options.token_file))
    local = Ticketing(options.hook, secret, token=token, user=options.user, scale=options.scale)
    stopped = stop_signal()
    local.start(options.port)
    announce(f"The ticketing system listens on {local.url}")
    stopped.wait()
    local.stop()


if __name__ == "__main__":
    main()
