"""Clients: adding them, changing what is known of them, joining them to their sign-in, and who trains them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clients.models import Client
from clients.policies import editable_client
from clients.selectors import waiting_invitation
from fitflow.core.clock import now
from fitflow.core.db import refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.ids import uuid7
from studios.services import invite, record_event, resend_invitation
from studios.shared.models import Invitation, Role, Studio
from studios.shared.policies import Actor, Capability, Scope, require

FIELDS = frozenset(
    {"name", "email", "phone", "street", "city", "province", "postal_code", "timezone", "is_active"}
)


def _refusal(name: str, state: str) -> Exception | None:
    if name.startswith("client_email_once"):
        return Conflict("Another client has that e-mail address.", field="email", conflict="email")
    if name.startswith("client_user_once"):
        return Conflict("That account belongs to another client already.", conflict="account")
    return None


def _fill(client: Client, fields: dict[str, Any]) -> list[str]:
    """Set the fields on the client, cleaned; return the names of those that changed. Raises Invalid, ValidationError."""
    if unknown := fields.keys() - FIELDS:
        raise Invalid(f"A client has no {', '.join(sorted(unknown))}.")
    before = {name: getattr(client, name) for name in fields}
    for name, value in fields.items():
        setattr(client, name, value.strip() if isinstance(value, str) else value)
    client.email = client.email.lower()
    client.full_clean(validate_unique=False, validate_constraints=False, exclude=["user"])
    return [name for name, value in before.items() if getattr(client, name) != value]


def begin_care(*, user_id: UUID, client_ids: Iterable[UUID], kept: bool = False) -> None:
    """Note that a person trains these clients, for good where `kept`, else while a booking stands; what is noted stays."""
    rows = [(uuid7(), client_id, user_id, kept) for client_id in client_ids]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO clients_care AS known (id, created_at, client_id, user_id, kept)"
            " VALUES (%s, now(), %s, %s, %s) ON CONFLICT (client_id, user_id)"
            " DO UPDATE SET kept = true WHERE EXCLUDED.kept AND NOT known.kept",
            rows,
        )


@retry_deadlocks
def add_client(
    *,
    actor: Actor,
    name: str,
    email: str = "",
    phone: str = "",
    street: str = "",
    city: str = "",
    province: str = "",
    postal_code: str = "",
    timezone: str = "",
) -> Client:
    """Add a client. A trainer who adds one trains her from then on. `timezone` is an IANA name; empty: that of the place.

    Raises NotPermitted, ValidationError, Conflict (`email`) where another client has the address.
    """
    scope = require(actor, Capability.CLIENTS_MANAGE)
    client = Client()
    _fill(
        client,
        {
            "name": name,
            "email": email,
            "phone": phone,
            "street": street,
            "city": city,
            "province": province,
            "postal_code": postal_code,
            "timezone": timezone,
        },
    )
    with refusals(_refusal), transaction.atomic():
        client.save(force_insert=True)
        if scope is not Scope.ALL and actor.user_id is not None:
            begin_care(user_id=actor.user_id, client_ids=[client.id], kept=True)
        record_event(actor=actor, action="client.added", subject=client)
    return client


@retry_deadlocks
def change_client(*, actor: Actor, client_id: UUID, **fields: Any) -> Client:
    """Change contact data (name, email, phone, street, city, province, postal_code, timezone) or `is_active`.

    Raises NotFound, NotPermitted, Invalid, ValidationError, Conflict (`email`).
    """
    client = editable_client(actor, client_id)
    changed = _fill(client, fields)
    if not changed:
        return client
    with refusals(_refusal), transaction.atomic():
        client.save(update_fields=changed)
        record_event(actor=actor, action="client.changed", subject=client, fields=",".join(sorted(changed)))
    return client


@retry_deadlocks
def record_team_reading(*, actor: Actor, client_id: UUID, agreed: bool) -> Client:
    """Note that a client agrees that the trainer admin of her trainer's team reads the notes about her, or no longer does.

    Private notes stay their author's. Noting the same again changes nothing. Raises NotFound, NotPermitted.
    """
    seen = editable_client(actor, client_id)
    with transaction.atomic():
        client = Client.objects.select_for_update(no_key=True).get(pk=seen.pk)
        if (client.team_reading_at is not None) == agreed:
            return client
        client.team_reading_at = now() if agreed else None
        client.team_reading_by = actor.name if agreed else ""
        client.save(update_fields=["team_reading_at", "team_reading_by"])
        record_event(actor=actor, action="client.team_reading", subject=client, agreed=agreed)
    return client


@retry_deadlocks
def link_client_account(*, actor: Actor, user_id: UUID, email: str, name: str = "") -> Client:
    """Join a person's sign-in to the client of the same e-mail address; where there is none, add her as a client.

    For whoever takes an invitation as a client: the address must be proven hers. Linking twice changes nothing.
    Raises Conflict (`account`) where another account has that client already.
    """
    linked = Client.objects.filter(user_id=user_id).first()
    if linked is not None:
        return linked
    address = email.strip().lower()
    with refusals(_refusal), transaction.atomic():
        client = Client.objects.select_for_update().filter(email__iexact=address).first()
        if client is None:
            client = Client(name=(name or address).strip(), email=address)
        elif client.user_id is not None:
            raise Conflict("That client has a sign-in already.", conflict="account")
        client.user_id = user_id
        client.is_active = True
        client.save()
        record_event(actor=actor, action="client.linked", subject=client)
    return client


def invite_client(*, actor: Actor, studio: Studio, client_id: UUID) -> Invitation:
    """Mail a client the link that opens her portal; an invitation that waits already is sent again with a fresh link.

    Raises NotFound, NotPermitted, Conflict (`email` where she has no address, `account` where she signs in already).
    """
    client = editable_client(actor, client_id)
    if client.user_id is not None:
        raise Conflict(f"{client.name} signs in to the portal already.", conflict="account")
    if not client.email:
        raise Conflict(f"{client.name} has no e-mail address. Add one first.", conflict="email")
    waiting = waiting_invitation(studio, client)
    if waiting is not None:
        return resend_invitation(actor=actor, invitation_id=waiting.pk)
    return invite(actor=actor, studio=studio, email=client.email, role=Role.CLIENT, name=client.name)
