"""`python -m playground.slack --slack http://127.0.0.1:8096 --port 8091`: local-slack's page, with what it cannot draw drawn."""

import argparse

from playground.serving import announce, stop_signal
from playground.slack.page import Page


def main() -> None:
    """Serve until stopped."""
    asked = argparse.ArgumentParser(prog="python -m playground.slack", description=__doc__)
    asked.add_argument("--port", type=int, default=8091)
    asked.add_argument("--slack", required=True, help="where local-slack listens")
    options = asked.parse_args()
    page = Page(options.slack)
    stopped = stop_signal()
    page.start(options.port)
    announce(f"local-slack's page is drawn on {page.url}")
    stopped.wait()
    page.stop()


if __name__ == "__main__":
    main()
