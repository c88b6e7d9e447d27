"""Telling a trainer, once, that a calendar she subscribed cannot be read. No studio learns of it: it goes from the platform."""

from __future__ import annotations

from email.utils import formataddr
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from fitflow.core.context import public_url
from fitflow.core.errors import Unavailable
from notifications.email import provider
from notifications.letters import Email, Letter, lay_out
from trainers.shared.models import ExternalCalendar

log = structlog.get_logger(__name__)


def tell_unread(*, calendar_id: UUID | str, message_id: UUID) -> None:
    """Mail the owner of a calendar that still cannot be read; nothing where it was read meanwhile, removed or paused.

    `message_id` names the mail for good, so that a provider which knows what it has takes it once. Raises Unavailable.
    """
    rows = ExternalCalendar.objects.select_related("user").filter(paused_at=None, failures__gt=0)
    calendar = rows.filter(pk=calendar_id, user__is_active=True).first()
    if calendar is None:
        return
    email = lay_out(_letter(calendar), recipient_name=calendar.user.name)
    try:
        provider.hand_over(_message(email, calendar, message_id))
    except provider.Busy as because:
        raise Unavailable("The mail server did not take it yet.") from because
    except (provider.Refused, provider.Uncertain) as because:
        # The page says the same; sending blindly again would be worse than one mail less.
        log.warning("calendar.notice_failed", error=type(because).__name__)


def _letter(calendar: ExternalCalendar) -> Letter:
    page = public_url(reverse("elsewhere", urlconf=settings.PUBLIC_SCHEMA_URLCONF))
    return Letter(
        subject=f"We cannot read your calendar {calendar.name}",
        preview=calendar.problem,
        mark="Not read",
        tone="warn",
        heading="We cannot read your calendar",
        paragraphs=(
            f"{calendar.name}: {calendar.problem}",
            "The times it held when we last read it stay busy. What you have added since does not block bookings yet.",
        ),
        button=("Look at your calendars", page),
        why="You get this because you subscribed this calendar at FitFlow. We tell you once, until it can be read again.",
    )


def _message(email: Email, calendar: ExternalCalendar, message_id: UUID) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=email.subject,
        body=email.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((" ".join(calendar.user.name.split()), calendar.user.email))],
        headers={"Message-ID": f"<{message_id}@{settings.PUBLIC_HOST}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(email.html, "text/html")
    return message
