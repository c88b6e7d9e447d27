from __future__ import annotations

from uuid import UUID

import structlog

from clients.services import link_client_account
from fitflow.accounts.models import User
from fitflow.core import outbox
from fitflow.core.errors import Conflict
from fitflow.core.models import OutboxMessage
from studios.shared.models import Member, Role
from studios.shared.policies import SYSTEM


@outbox.subscribe("member.added")
def open_portal(message: OutboxMessage) -> None:
    """Whoever takes an invitation as a client is joined to the client of that address; her portal shows what is hers."""
    user_id = UUID(message.ids["user"])
    if (
        message.ids["role"] != Role.CLIENT
        or not Member.objects.filter(user_id=user_id, role=Role.CLIENT).exists()
    ):
        return
    user = User.people.get(pk=user_id)
    try:
        link_client_account(actor=SYSTEM, user_id=user_id, email=user.email, name=user.name)
    except Conflict as error:
        structlog.get_logger(__name__).warning("client.not_linked", reason=error.details.get("conflict"))
