"""The mailbox: a page with every letter, and what can be done with one; what comes back goes through the desk's signed door."""

from pathlib import Path
from typing import Any

from flask import Flask, abort, jsonify, redirect, render_template, request
from werkzeug.exceptions import NotFound

from playground.mail.box import Box, Letter
from playground.mail.delivering import delivered
from playground.mail.returning import DELAYED, FAILED, absent, answered, bounced
from playground.mail.smtp import MailServer
from playground.serving import OnLoopback

Answer = Any
TAKEN = 202


class Mailbox(OnLoopback):
    """A mail server and its page. `hook`: where a provider of inbound mail posts to, signed with `secret`."""

    def __init__(self, hook: str, secret: str) -> None:
        self.box = Box()
        self.smtp = MailServer(self.box)
        self._hook, self._secret = hook, secret
        self.app = Flask("mailbox", template_folder=str(Path(__file__).parent / "templates"))
        self.app.add_url_rule("/", view_func=self._page)
        self.app.add_url_rule("/letters/<int:number>/<what>", view_func=self._return, methods=["POST"])
        self.app.add_url_rule("/server", view_func=self._trouble, methods=["POST"])
        self.app.add_url_rule("/_stand-in/ledger", view_func=self._ledger)

    def start(self, port: int = 0, smtp_port: int = 0) -> None:
        """Listen for letters and for browsers."""
        self.smtp.start(smtp_port)
        super().start(port)

    def stop(self) -> None:
        """Stop listening."""
        super().stop()
        self.smtp.stop()

    def _page(self) -> Answer:
        return render_template("mailbox.html", letters=list(reversed(self.box.letters)), faults=self.smtp.faults.answers)

    def _return(self, number: int, what: str) -> Answer:
        letter = self.box.letter(number) or abort(404)
        message, done = self._made(letter, what)
        status = delivered(self._hook, self._secret, message)
        letter.happened.append(done if status == TAKEN else f"{done}, and the desk answered {status or 'nothing'}")
        return redirect("/")

    def _made(self, letter: Letter, what: str) -> tuple[bytes, str]:
        match what:
            case "absent":
                return absent(letter), "answered by a machine"
            case "bounce":
                return bounced(letter, FAILED), "bounced: there is no such mailbox"
            case "delay":
                return bounced(letter, DELAYED), "said to be late"
            case "answer":
                text = request.form.get("text", "").strip() or abort(400)
                return answered(letter, text, attachment=request.form.get("attachment", "").strip()), "answered"
        raise NotFound

    def _trouble(self) -> Answer:
        """What the server says to the next letters."""
        answers = self.smtp.faults.answers
        answers.clear()
        match request.form.get("is", ""):
            case "refusing":
                answers["RCPT"] = "550 5.1.1 no such user here"
            case "busy":
                answers["RCPT"] = "450 4.2.0 greylisted, come back later"
        return redirect("/")

    def _ledger(self) -> Answer:
        told = [{"id": each.id, "to": each.recipient, "subject": each.subject, "text": each.text} for each in self.box.letters]
        return jsonify(letters=told)
