"""What people typed, and secrets of addresses, stand in no log line and in no error report."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import sentry_sdk
import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from sentry_sdk.transport import Transport
from sentry_sdk.utils import event_from_exception

from clients.models import Client
from fitflow.core.redact import without_rows, without_secrets
from fitflow.local.processes import PRODUCTION, demo
from fitflow.settings.logs import LOGGING, sentry_options
from tests.cast import Cast

# Put together here, because tracebacks show the lines of the program.
NAME = "\n\n".join(("No" + "or", "Of the " + "Row"))
SECRET = "0123456789abcdef0123456789abcdef-0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def lines() -> Any:
    """The lines that the product's own handler writes."""
    written: list[dict[str, Any]] = []
    make = LOGGING["formatters"]["json"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processor=make["processor"], foreign_pre_chain=make["foreign_pre_chain"]
    )

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(formatter.format(record)))

    handler, root = Keep(), logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def refused_row() -> DatabaseError:
    """Return what PostgreSQL says of a client's row that it refuses: it quotes the row."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO clients_client (id, name) VALUES (gen_random_uuid(), %s)", [NAME])
    return refused.value


def test_the_database_quotes_rows_and_the_log_does_not(lotus: Cast, lines: list[dict[str, Any]]) -> None:
    error = refused_row()
    assert NAME[:4] in str(error)
    assert NAME[:4] not in without_rows(str(error))
    for log in (structlog.get_logger("ours"), logging.getLogger("theirs")):
        log.error("it failed: %s", error, exc_info=error)
    assert len(lines) == 2
    assert all("NotNullViolation" in line["exception"] for line in lines)
    assert NAME[:4] not in str(lines)
    assert NAME[-3:] not in str(lines)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("GET /api/v1/clients/?q=Anna+Secret&page=2", "GET /api/v1/clients/?…"),
        (f"GET /invitation/{SECRET}/", "GET /invitation/…/"),
        (f"Unprocessable Entity: /invitation/{SECRET}/claim/", "Unprocessable Entity: /invitation/…/claim/"),
        (
            "GET /clients/01a1fd7b-2a88-7ae9-b4e9-4dceebf82f62/",
            "GET /clients/01a1fd7b-2a88-7ae9-b4e9-4dceebf82f62/",
        ),
        ("What now? Nothing.", "What now? Nothing."),
    ],
)
def test_an_address_is_logged_without_query_and_secrets(written: str, kept: str) -> None:
    assert without_secrets(written) == kept


def test_a_search_for_a_client_leaves_no_name_in_the_log(cast: Cast, lines: list[dict[str, Any]]) -> None:
    browser = Browser(headers={"host": f"lotus.{settings.PUBLIC_HOST}"})
    browser.force_login(cast.user["owner"])
    assert browser.get("/clients/?q=Caron").status_code == 200
    assert browser.get("/nowhere/?q=Caron").status_code == 404
    assert any(line["event"] == "request_finished" for line in lines)
    assert "Caron" not in str(lines)


def test_an_error_report_tells_what_failed_and_nothing_of_anybody(lotus: Cast) -> None:
    sent: list[Any] = []

    class Keep(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            sent.append(envelope.get_event())

    def fail(name: str) -> None:
        client = Client(name=name, email=f"{NAME[:4]}@example.com")
        raise RuntimeError(str(client.pk)) from refused_row()

    reporter = sentry_sdk.Client(**sentry_options("https://key@sentry.example/1", "test"), transport=Keep)
    try:
        fail(NAME)
    except RuntimeError as error:
        event, hint = event_from_exception(error, client_options=reporter.options)
    event["request"] = {
        "method": "GET",
        "url": f"https://lotus.example/invitation/{SECRET}/?q={NAME[:4]}",
        "query_string": f"q={NAME[:4]}",
        "headers": {"Referer": f"https://lotus.example/clients/?q={NAME[:4]}"},
        "cookies": {"fitflow_session": "secret"},
    }
    reporter.capture_event(event, hint)
    (report,) = sent
    told = json.dumps(report, default=str, ensure_ascii=False)
    assert "RuntimeError" in told
    assert "NotNullViolation" in told
    assert report["request"] == {"method": "GET", "url": "https://lotus.example/invitation/…/?…"}
    assert NAME[:4] not in told
    assert NAME[-3:] not in told


def test_the_processes_write_no_access_logs_of_their_own() -> None:
    """They would hold whole addresses: search words, links' secrets."""
    for name, command in PRODUCTION.items():
        assert "--access-logfile" not in command, name
        assert "uvicorn" not in command or "--no-access-log" in command, name
    (web,) = [process.command for process in demo(8000) if process.name == "web"]
    assert {"--no-access-log", "--no-proxy-headers"} <= set(web)
