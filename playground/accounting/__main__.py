"""`python -m playground.accounting`: a local accounting system to book payments in."""

import argparse
import json
import os
import sys
from pathlib import Path

from playground.accounting.deliveries import Deliveries
from playground.accounting.server import LocalAccounting
from playground.serving import announce, stop_signal


def arguments() -> argparse.Namespace:
    """What may be set; secrets only through the environment, as `ACCOUNTING_WEBHOOK_SECRET` and `ACCOUNTING_TOKEN`."""
    parser = argparse.ArgumentParser(prog="python -m playground.accounting", description=__doc__)
    parser.add_argument("--port", type=int, default=8095)
    parser.add_argument("--webhook", default="", help="where snapshots are sent, such as http://127.0.0.1:8080/webhooks/books")
    parser.add_argument("--books", type=Path, help="payers to begin with: a JSON list of snapshots")
    parser.add_argument("--pace", type=float, default=1.0, help="shortens the waiting between retries")
    return parser.parse_args()


def main() -> int:
    """Serve until stopped."""
    given = arguments()
    secret = os.environ.get("ACCOUNTING_WEBHOOK_SECRET", "")
    if given.webhook and not secret:
        sys.stderr.write("--webhook needs ACCOUNTING_WEBHOOK_SECRET, the secret both sides know.\n")
        return 2
    deliveries = Deliveries(given.webhook, secret, pace=given.pace) if given.webhook else None
    local = LocalAccounting(os.environ.get("ACCOUNTING_TOKEN", "books-token"), deliveries)
    stopped = stop_signal()
    local.start(given.port)
    if given.books:
        local.load(json.loads(given.books.read_text(encoding="utf-8")))
    announce(f"Local accounting: {local.url}")
    stopped.wait()
    local.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
