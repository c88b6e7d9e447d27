"""What must not leave a process in a log line, an error report or a stored error: people's data, and secrets in addresses.

Imports nothing of Django: the settings use it.
"""

from __future__ import annotations

import re
from typing import Any

# PostgreSQL quotes whole rows under DETAIL ("Failing row contains (…)"), and the rows' own text may run over several lines.
_DETAIL = re.compile(
    r"DETAIL:.*?(?=\n(?:HINT|QUERY|CONTEXT|STATEMENT|LOCATION):|\n\nThe above |\n\nDuring handling |\Z)",
    re.DOTALL,
)
# Search words are names, e-mail addresses and telephone numbers of clients.
_QUERY = re.compile(r"(?<=[\w/.~-])\?[^\s\"'<>]+")
# The token of an invitation, the key of a new password: a UUID is shorter than any of them.
_SECRET = re.compile(r"(?<=/)[^/\s?\"'<>]{40,}")


def without_rows(text: str) -> str:
    """Return an error's text without the rows that the database quotes in it."""
    return _DETAIL.sub("DETAIL:  (left out)", text) if "DETAIL:" in text else text


def without_secrets(address: str) -> str:
    """Return an address, or a line with one, without its query and without secrets in its path."""
    return _SECRET.sub("…", _QUERY.sub("?…", address))


def redact_log(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Processor of the logs, after exceptions have become text."""
    for key in ("event", "request"):
        if isinstance(event.get(key), str):
            event[key] = without_secrets(without_rows(event[key]))
    for key in ("exception", "error"):
        if isinstance(event.get(key), str):
            event[key] = without_rows(event[key])
    return event


def redact_report(report: Any, hint: Any = None) -> Any:
    """Sentry's `before_send`: the traceback stays; rows, queries, headers, cookies and bodies do not."""
    for one in (report.get("exception") or {}).get("values") or []:
        if isinstance(one.get("value"), str):
            one["value"] = without_rows(one["value"])
    request = report.get("request") or {}
    for key in set(request) - {"method", "url"}:
        del request[key]
    if isinstance(request.get("url"), str):
        request["url"] = without_secrets(request["url"])
    if isinstance(report.get("transaction"), str):
        report["transaction"] = without_secrets(report["transaction"])
    entry = report.get("logentry") or {}
    for key in ("message", "formatted"):
        if isinstance(entry.get(key), str):
            entry[key] = without_secrets(without_rows(entry[key]))
    return report


def redact_breadcrumb(crumb: Any, hint: Any = None) -> Any:
    """Sentry's `before_breadcrumb`: what was logged and asked on the way, without queries and rows."""
    if isinstance(crumb.get("message"), str):
        crumb["message"] = without_secrets(without_rows(crumb["message"]))
    crumb.pop("data", None)
    return crumb
