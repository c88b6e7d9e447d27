"""SMTP that says what is certain: a line that breaks after the message went out leaves it unknown, not failed."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from notifications.email.provider import Uncertain

GO_AHEAD = 354


class CarefulSMTP(smtplib.SMTP):
    """Knows whether the server's last answer was to go ahead with the message."""

    went_ahead = False

    def getreply(self) -> tuple[int, bytes]:
        code, words = super().getreply()
        self.went_ahead = code == GO_AHEAD
        return code, words

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the message's lines. Raises Uncertain when the line breaks between the go-ahead and the answer."""
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            if self.went_ahead:
                raise Uncertain(str(error)) from error
            raise


class CarefulSMTPS(CarefulSMTP, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class SmtpBackend(EmailBackend):
    """Django's backend over the careful line."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return CarefulSMTPS if self.use_ssl else CarefulSMTP

    def close(self) -> None:
        """Say goodbye; what goes wrong then no longer concerns the message."""
        with suppress(OSError):
            super().close()
