"""local-slack's own page on another address, with a script in front that draws what local-slack shows raw: dates, code blocks, `&amp;`.

Only what a person sees is touched, in their browser: the desk and local-slack go on talking to each other without anything in between.
"""

from pathlib import Path

import httpx
from flask import Flask, Response, request

from playground.proxy import passed_on
from playground.serving import OnLoopback

SCRIPT = Path(__file__).parent / "drawn.js"


class Page(OnLoopback):
    """`slack_url` is where local-slack listens; its socket is opened there, everything else is handed on."""

    def __init__(self, slack_url: str) -> None:
        self.slack_url = slack_url.rstrip("/")
        self._http = httpx.Client(timeout=30, follow_redirects=False, trust_env=False)
        self.app = Flask("local-slack-page", static_folder=None)
        for path in ("/", "/<path:path>"):
            self.app.add_url_rule(
                path, "handed_on", self._handed_on, defaults={"path": ""} if path == "/" else None, methods=["GET", "POST"]
            )

    def _handed_on(self, path: str) -> Response:
        answer = self._http.request(
            request.method, f"{self.slack_url}/{path}", params=request.args, content=request.get_data(),
            headers=passed_on(request.headers.items()),
        )  # fmt: skip
        told = Response(answer.content, answer.status_code, passed_on(answer.headers.items()))
        if told.mimetype == "text/html":
            told.set_data(answer.text.replace("<head>", f"<head><script>{self._script()}</script>", 1))
        return told

    def _script(self) -> str:
        return SCRIPT.read_text(encoding="utf-8").replace("LOCAL_SLACK", self.slack_url.partition("//")[2])
