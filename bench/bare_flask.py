"""The peer of `bench ingest`: a bare Flask view that checks the same HMAC, keeps nothing and answers 202.

Python's collector is set up as in the desk's own processes.
"""

import base64
import hmac
import os
import time

from flask import Flask, Response, request

from app.collecting import settle

application = Flask(__name__)
KEY = base64.b64decode(os.environ["BENCH_SECRET"].removeprefix("whsec_"))


@application.post("/webhooks/bench")
def receive() -> Response:
    """Check and forget."""
    stamp = request.headers["webhook-timestamp"]
    message = f"{request.headers['webhook-id']}.{stamp}.".encode() + request.get_data()
    made = "v1," + base64.b64encode(hmac.digest(KEY, message, "sha256")).decode()
    fits = hmac.compare_digest(made, request.headers["webhook-signature"])
    return Response(status=202 if fits and abs(time.time() - int(stamp)) < 300 else 401)


settle()
