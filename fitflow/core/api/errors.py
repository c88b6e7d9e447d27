"""One shape for every error of the API."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, JsonResponse
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response

from fitflow.core.errors import FitFlowError, TooMany, Unauthenticated

CODES = {
    400: "VALIDATION_ERROR",
    401: "AUTHENTICATION_ERROR",
    403: "AUTHORIZATION_ERROR",
    404: "NOT_FOUND",
    405: "VALIDATION_ERROR",
    406: "VALIDATION_ERROR",
    409: "CONFLICT",
    413: "VALIDATION_ERROR",
    415: "VALIDATION_ERROR",
    429: "RATE_LIMIT_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
NOTHING_HERE = "There is nothing here."


def body(code: str, message: str, details: Any = None) -> dict[str, Any]:
    """Return the documented error object."""
    return {
        "error": {
            "code": code,
            "message": message,
            "details": details or {},
            "timestamp": timezone.now().isoformat(),
            "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
        }
    }


def error_response(error: Exception, context: Any) -> Response:
    """DRF's exception handler: every error, also the unforeseen, in the documented shape."""
    if isinstance(error, FitFlowError):
        details = {**error.details, **({"field": error.field} if error.field else {})}
        return Response(
            body(error.code, error.message, details), status=error.status, headers=_headers(error)
        )
    if isinstance(error, (Http404, exceptions.NotFound)):
        return Response(body("NOT_FOUND", NOTHING_HERE), status=404)
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, ValidationError):
        return Response(
            body("VALIDATION_ERROR", "Some of it cannot be right.", django_details(error)), status=400
        )
    if isinstance(error, RequestDataTooBig):
        return Response(body("VALIDATION_ERROR", "The body is too large."), status=400)
    if isinstance(error, exceptions.ValidationError):
        return Response(body("VALIDATION_ERROR", "Some of it cannot be right.", error.detail), status=400)
    if isinstance(error, exceptions.APIException):
        headers, more = {}, {}
        if isinstance(error, exceptions.Throttled):
            more = {"retry_after": int(getattr(error, "wait", None) or 1)}
            headers["Retry-After"] = str(more["retry_after"])
        if header := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = header
        code = CODES.get(error.status_code, "INTERNAL_ERROR")
        return Response(body(code, str(error.detail), more), status=error.status_code, headers=headers)
    structlog.get_logger(__name__).error("api.unforeseen", exc_info=error)
    report_to_sentry(error)
    return Response(
        body("INTERNAL_ERROR", "Something went wrong on our side; it has been reported."), status=500
    )


def _headers(error: FitFlowError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="api"'}
    return {"Retry-After": str(error.details["retry_after"])} if isinstance(error, TooMany) else {}


def report_to_sentry(error: Exception) -> None:
    """Send what we answer ourselves to Sentry, which sees only what is raised."""
    import sentry_sdk

    sentry_sdk.capture_exception(error)


def django_details(error: ValidationError) -> Any:
    """Return a model's or form's complaints as field → sentences."""
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}


def plain_error(status: int, message: str, details: Any = None) -> JsonResponse:
    """The same shape from outside DRF (middleware, 404 of the API's own paths)."""
    return JsonResponse(body(CODES.get(status, "INTERNAL_ERROR"), message, details), status=status)
