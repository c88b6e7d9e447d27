from __future__ import annotations

from datetime import timedelta

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from fitflow.tenancy.hosts import studio_by_id
from notifications import letters, messages, services


@outbox.subscribe("delivery.queued", lane="mail")
def send_delivery(message: OutboxMessage) -> None:
    """Send one delivery; when even the last attempt fails, say so on the delivery."""
    try:
        services.send(delivery_id=message.ids["delivery"])
    except letters.Later as later:
        raise outbox.Continue(after=max(later.until - now(), timedelta())) from later
    except Exception as error:
        if message.attempts >= outbox.MAX_ATTEMPTS:
            services.give_up(delivery_id=message.ids["delivery"], reason=str(error))
        raise


@outbox.subscribe("invitation.made", lane="mail")
def mail_invitation(message: OutboxMessage) -> None:
    """Mail the link of an invitation, also of one that platform staff made outside the studio."""
    with studio_context(studio_by_id(message.ids["studio"])):
        messages.queue_invitation(invitation_id=message.ids["invitation"])


@outbox.subscribe("studio.opened", lane="mail")
def welcome_owners(message: OutboxMessage) -> None:
    """Welcome whoever owns the new studio."""
    with studio_context(studio_by_id(message.ids["studio"])):
        messages.queue_welcome()
