"""A process loads at its start what every process needs; what few need comes when it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Each is heavy and serves one page, one mail or one document.
LATER = {"weasyprint", "fontTools", "PIL", "icalendar", "qrcode", "boto3", "botocore", "sentry_sdk"}
# How web, worker, courier, beat and every command of manage.py come to life.
STARTS = {
    "web": "import fitflow.wsgi; from django.urls import get_resolver; get_resolver().url_patterns",
    "studio": (
        "import django; django.setup(); from django.urls import get_resolver; "
        "get_resolver('fitflow.urls_studio').url_patterns"
    ),
    "live": "import fitflow.asgi",
    "celery": "from fitflow.celery import app; app.loader.import_default_modules()",
    "commands": "import django; django.setup()",
}


@pytest.mark.parametrize("start", STARTS)
def test_a_process_starts_without_what_few_need(start: str) -> None:
    program = f"{STARTS[start]}\nimport sys\nprint(*sorted({LATER!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
