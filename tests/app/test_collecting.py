"""The collector's settings reach the process that serves; a process of its own, as they are for its whole life."""

import os
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from app.collecting import THRESHOLDS

ASKED = "import gc; import app.wsgi; print(*gc.get_threshold(), gc.get_freeze_count())"


def test_what_is_built_at_the_start_is_left_alone_by_the_collector(tmp_path: Path) -> None:
    settings = {
        "DESK_CONFIG": "/dev/null", "DESK_DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite'}",
        "DESK_SECRET_KEY": Fernet.generate_key().decode(), "SLACK_SIGNING_SECRET": "not-used", "SLACK_BOT_TOKEN": "xoxb-not-used",
    }  # fmt: skip

    said = subprocess.run([sys.executable, "-c", ASKED], env=os.environ | settings, capture_output=True, text=True, check=True)

    *thresholds, frozen = map(int, said.stdout.split())
    assert tuple(thresholds) == THRESHOLDS
    assert frozen > 100_000  # the libraries alone are more
