"""Handing a message over, and what may come of it. The backend of settings.EMAIL_BACKEND is the provider."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail import EmailMessage, get_connection


class Refused(Exception):
    """The provider will not take this message, now or later."""


class Busy(Exception):
    """The provider did not take the message; trying again later may work."""


class Uncertain(Exception):
    """The line broke after the provider got the message and before it said so: it may have it."""


def hand_over(message: EmailMessage) -> None:
    """Give a message to the provider. Raises Refused, Busy or Uncertain; returns only when the provider has it."""
    try:
        taken = get_connection().send_messages([message])
    except (Refused, Busy, Uncertain):
        raise
    except OSError as error:  # all of smtplib's errors are OSErrors
        raise _meaning(error) from error
    if not taken:
        raise Refused("It has no recipient.")


def look_up(message_id: str) -> bool | None:
    """Ask the provider whether it has a message; None where it cannot tell (SMTP keeps no such record)."""
    backend: Any = get_connection()
    ask = getattr(backend, "look_up", None)
    return ask(message_id) if ask else None


def _meaning(error: OSError) -> Refused | Busy:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
        text = _text(*answers[0]) if answers else "refused"
        return Refused(text) if all(code >= 500 for code, _ in answers) else Busy(text)
    # What a server says before it has seen the message concerns the line and our account, not this message.
    greeting = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)
    if isinstance(error, smtplib.SMTPResponseException):
        text = _text(error.smtp_code, error.smtp_error)
        final = error.smtp_code >= 500 and not isinstance(error, greeting)
        return Refused(text) if final else Busy(text)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused("The mail server cannot write to this address.")
    return Busy(str(error) or type(error).__name__)


def _text(code: int, words: bytes | str) -> str:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(said.split())}"[:250]
