"""`python -m playground.slack --slack http://127.0.0.1:8096 --port 8091`: local-slack's page, with what it cannot draw drawn."""

import argparse
import threading

from playground.slack.page import Page


def main() -> None:
    """Serve until Ctrl-C."""
    asked = argparse.ArgumentParser(prog="python -m playground.slack", description=__doc__)
    asked.add_argument("--port", type=int, default=8091)
    asked.add_argument("--slack", required=True, help="where local-slack listens")
    options = asked.parse_args()
    page = Page(options.slack)
    page.start(options.port)
    print(f"local-slack's page is drawn on {page.url}", flush=True)  # noqa: T201
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        page.stop()


if __name__ == "__main__":
    main()
