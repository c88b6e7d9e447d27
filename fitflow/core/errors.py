"""The errors a use case may raise. Pages show their sentence; the API adds the code and the details."""

from __future__ import annotations

from typing import Any


class FitFlowError(Exception):
    """A refusal with a sentence for people and a code for programs.

    `message` says what clashed, when, and what to do. `details` is JSON-ready. `field` names the form field the
    sentence belongs beside, where there is one.
    """

    code = "INTERNAL_ERROR"
    status = 500

    def __init__(self, message: str, *, field: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details = details


class Invalid(FitFlowError):
    """What was sent cannot be right, whatever else is stored."""

    code = "VALIDATION_ERROR"
    status = 400


class NotPermitted(FitFlowError):
    """The person may see that the thing exists but may not do this with it."""

    code = "AUTHORIZATION_ERROR"
    status = 403

    def __init__(self, message: str = "Your role does not allow this.", **details: Any) -> None:
        super().__init__(message, **details)


class NotFound(FitFlowError):
    """Not there, or another studio's, or another person's: the words and the time are the same."""

    code = "NOT_FOUND"
    status = 404

    def __init__(self, message: str = "There is nothing here.", **details: Any) -> None:
        super().__init__(message, **details)


class Conflict(FitFlowError):
    """What was asked clashes with what is stored. `details["conflict"]` names with what."""

    code = "CONFLICT"
    status = 409


class Unavailable(FitFlowError):
    """Something outside that this needs does not answer; trying again later may work."""

    code = "SERVICE_UNAVAILABLE"
    status = 503


class Unauthenticated(FitFlowError):
    """Nobody we know: a wrong password, or a token or key that is worth nothing (any more)."""

    code = "AUTHENTICATION_ERROR"
    status = 401


class TooMany(FitFlowError):
    """Asked too often. `details["retry_after"]` is the seconds to wait."""

    code = "RATE_LIMIT_ERROR"
    status = 429

    def __init__(
        self, message: str = "Too many attempts. Wait a moment.", *, retry_after: int = 60, **details: Any
    ) -> None:
        super().__init__(message, retry_after=retry_after, **details)
