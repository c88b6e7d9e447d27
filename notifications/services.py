"""Messages to people: each is queued once, sent from the outbox, and ends in a state that tells the truth."""

from __future__ import annotations

from datetime import timedelta
from email.utils import formataddr, parseaddr
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fitflow.core import outbox
from fitflow.core.errors import Conflict, Unavailable
from fitflow.core.formats import one_line
from fitflow.core.ids import uuid7
from fitflow.tenancy.context import current_studio
from notifications import letters
from notifications.email import provider
from notifications.models import Delivery
from notifications.policies import editable_delivery
from studios.services import record_event
from studios.shared.policies import Actor

log = structlog.get_logger(__name__)
Status = Delivery.Status


def queue_email(
    *,
    key: str,
    template: str,
    recipient: str,
    recipient_name: str = "",
    client_id: UUID | None = None,
    subject_type: str = "",
    subject_id: UUID | None = None,
    due_in: timedelta = timedelta(),
) -> Delivery:
    """Queue one e-mail, once: a second call with the same `key` returns the delivery that is there already.

    `template` names a registered renderer; it finds its rows by `subject_type` and `subject_id` when the mail is sent.
    Without an address the delivery is kept as suppressed, so that the studio sees whom it did not reach.
    Joins the caller's transaction.
    """
    reason = _unreachable(recipient)
    delivery = Delivery(
        id=uuid7(),
        key=key,
        template=template,
        recipient=recipient,
        recipient_name=recipient_name,
        client_id=client_id,
        subject_type=subject_type,
        subject_id=subject_id,
        status=Status.SUPPRESSED if reason else Status.QUEUED,
        reason=reason,
    )
    delivery.message_id = f"<{delivery.id}@{settings.PUBLIC_HOST}>"
    with transaction.atomic():
        Delivery.objects.bulk_create([delivery], ignore_conflicts=True)
        stored = Delivery.objects.get(key=key)
        if stored.pk == delivery.pk and not reason:
            outbox.publish("delivery.queued", due_in=due_in, delivery=delivery.pk)
    return stored


def send(*, delivery_id: UUID | str) -> Delivery:
    """Send a queued delivery; call it outside any transaction, because each step is committed before the next.

    SENDING is written before the provider is called. A delivery found in it was cut off: it becomes UNKNOWN and is settled by
    asking the provider. Raises Unavailable when the provider is busy: the delivery waits for the outbox to call again;
    letters.Later where it is not the time for it.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    if delivery.status == Status.SENDING:
        _settle(delivery)
    if delivery.status != Status.QUEUED:
        return delivery
    try:
        email = letters.render(delivery)
    except letters.Suppress as because:
        _move(delivery, Status.SUPPRESSED, reason=str(because))
        return delivery
    message = _compose(delivery, email)
    if _move(delivery, Status.SENDING, attempts=F("attempts") + 1, reason=""):
        _hand_over(delivery, message, told=dict(email.told))
    return delivery


def _hand_over(delivery: Delivery, message: EmailMultiAlternatives, *, told: dict[str, str]) -> None:
    try:
        provider.hand_over(message)
    except provider.Refused as because:
        _move(delivery, Status.FAILED, reason=f"The mail server refused it: {because}")
    except provider.Uncertain:
        _move(
            delivery, Status.UNKNOWN, reason="The line broke before the mail server said whether it has it."
        )
    except provider.Busy as because:
        reason = f"The mail server did not take it yet: {because}"
        _move(delivery, Status.QUEUED, reason=reason)
        raise Unavailable(reason) from because
    else:
        _move(delivery, Status.SENT, sent_at=timezone.now(), told=told)


def _settle(delivery: Delivery) -> None:
    """Find out what became of a delivery whose sender was killed: by asking, never by sending again."""
    _move(
        delivery,
        Status.UNKNOWN,
        reason="The sending was cut off before the mail server said whether it has it.",
    )
    found = provider.look_up(delivery.message_id)
    log.warning("delivery.cut_off", delivery=str(delivery.pk), found=found)
    if found:
        _move(delivery, Status.SENT, sent_at=timezone.now(), reason="")
    elif found is False:
        _move(delivery, Status.QUEUED, reason="")


def give_up(*, delivery_id: UUID | str, reason: str) -> None:
    """Fail a delivery that the outbox has tried in vain for most of a day."""
    delivery = Delivery.objects.get(pk=delivery_id)
    if delivery.status == Status.QUEUED:
        _move(delivery, Status.FAILED, reason=reason)


def resend(*, actor: Actor, delivery_id: UUID | str) -> Delivery:
    """Send a failed or unknown delivery once more, because a person decided so. It keeps its Message-ID: should the first
    have arrived after all, most mail programs show it once.

    Raises NotPermitted, NotFound, and Conflict (`status`) for one in any other state.
    """
    with transaction.atomic():
        delivery = editable_delivery(actor, delivery_id)
        if not delivery.can_be_sent_again:
            words = f"This message is {delivery.get_status_display().lower()}; only a failed or unknown one can be sent again."
            raise Conflict(words, conflict="status", status=delivery.status)
        delivery.status, delivery.reason = Status.QUEUED, ""
        delivery.save(update_fields=["status", "reason"])
        outbox.publish("delivery.queued", delivery=delivery.pk)
        record_event(actor=actor, action="message.sent_again", subject=delivery, template=delivery.template)
    return delivery


# From which states each may be reached. SENT from UNKNOWN: a slow sender that was taken for dead ends well after all.
_BEFORE: dict[str, tuple[str, ...]] = {
    Status.SENDING: (Status.QUEUED,),
    Status.SUPPRESSED: (Status.QUEUED,),
    Status.QUEUED: (Status.SENDING, Status.UNKNOWN),
    Status.FAILED: (Status.SENDING, Status.QUEUED, Status.UNKNOWN),
    Status.UNKNOWN: (Status.SENDING,),
    Status.SENT: (Status.SENDING, Status.UNKNOWN),
}


def _move(delivery: Delivery, status: str, **values: Any) -> bool:
    """Move a delivery to a state in one statement, if it is where that may come from; re-read it either way."""
    if "reason" in values:
        values["reason"] = values["reason"][:300]
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=_BEFORE[status])
    moved = bool(rows.update(status=status, **values))
    delivery.refresh_from_db()
    return moved


def _unreachable(recipient: str) -> str:
    if not recipient:
        return "There is no e-mail address."
    try:
        validate_email(recipient)
    except ValidationError:
        return "The e-mail address cannot be right."
    return ""


def _compose(delivery: Delivery, email: letters.Email) -> EmailMultiAlternatives:
    studio: Any = current_studio()
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message = EmailMultiAlternatives(
        subject=email.subject,
        body=email.text,
        from_email=formataddr((one_line(studio.name) if studio else name, address)),
        to=[formataddr((one_line(delivery.recipient_name), delivery.recipient))],
        reply_to=[email.reply_to] if email.reply_to else None,
        headers={
            "Message-ID": delivery.message_id,
            "Auto-Submitted": "auto-generated",
            "X-FitFlow-Template": delivery.template,
        },
    )
    message.attach_alternative(email.html, "text/html")
    for part in email.attachments:
        if isinstance(part, tuple):
            message.attach(*part)
        else:
            message.attach(part)
    return message
