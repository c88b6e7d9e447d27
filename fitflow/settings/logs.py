"""Structured logs: one JSON object a line, each with the request's id, the user's id and the studio."""

from __future__ import annotations

from typing import Any

import structlog

from fitflow.core.redact import redact_breadcrumb, redact_log, redact_report

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    redact_log,
]

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *SHARED_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": SHARED_PROCESSORS,
        }
    },
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["stdout"], "level": "WARNING", "propagate": False},
        # Whoever asks for a host that is none of ours is told 400; it is no error of ours.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}


def sentry_options(dsn: str, release: str) -> dict[str, Any]:
    """Return what Sentry is started with: no personal data, no bodies, and no variables of the functions under way.

    Personal data are left out, and Sentry's own scrubber kept, where neither `send_default_pii` nor `data_collection` is given.
    """
    return {
        "dsn": dsn,
        "release": release,
        "max_request_body_size": "never",
        # A traceback's variables are clients, notes and passwords.
        "include_local_variables": False,
        "before_send": redact_report,
        "before_breadcrumb": redact_breadcrumb,
    }


def start_sentry(dsn: str, release: str) -> None:
    """Report errors to Sentry where an address is set; never with personal data."""
    if dsn:
        import sentry_sdk

        sentry_sdk.init(**sentry_options(dsn, release))
