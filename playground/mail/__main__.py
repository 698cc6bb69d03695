"""`python -m playground.mail --port 8098 --smtp-port 2525 --hook http://127.0.0.1:8080/webhooks/post --secret-file F`."""

import argparse
from pathlib import Path

from playground.mail.server import Mailbox
from playground.serving import announce, stop_signal


def main() -> None:
    """Serve until stopped."""
    asked = argparse.ArgumentParser(prog="python -m playground.mail", description=__doc__)
    asked.add_argument("--port", type=int, default=8098, help="of the page")
    asked.add_argument("--smtp-port", type=int, default=2525, help="where letters are handed over")
    asked.add_argument("--hook", required=True, help="where answers and bounces go")
    asked.add_argument("--secret-file", type=Path, required=True, help="whsec_…, the secret they are signed with")
    options = asked.parse_args()
    local = Mailbox(options.hook, options.secret_file.read_text(encoding="utf-8").strip())
    stopped = stop_signal()
    local.start(options.port, options.smtp_port)
    announce(f"The mailbox listens on {local.url}, its mail server on port {local.smtp.port}")
    stopped.wait()
    local.stop()


if __name__ == "__main__":
    main()
