"""Signed links of a client's messages: each for one purpose and one row, until the session begins; no sign-in needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from django.core import signing

from fitflow.core.clock import now
from fitflow.core.errors import NotFound
from fitflow.tenancy.context import current_studio
from notifications.letters import page_of
from trainers.models import Booking, WaitlistOffer

Purpose = Literal["cancel", "offer"]
PAGES: dict[Purpose, str] = {"cancel": "client_cancel", "offer": "client_offer"}


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link of ours names, and whether its time is over."""

    id: UUID
    over: bool


def cancel_link(booking: Booking) -> str:
    """Return the full address at which the client of a booking can cancel it."""
    return page_of(PAGES["cancel"], _token("cancel", booking.pk, booking.session.starts_at))


def offer_link(offer: WaitlistOffer) -> str:
    """Return the full address at which the client answers an offered place."""
    return page_of(PAGES["offer"], _token("offer", offer.pk, offer.booking.session.starts_at))


def read_link(token: str, purpose: Purpose) -> Linked:
    """Return what a link's token names. Raises NotFound for one that is forged, of another purpose or of another studio."""
    try:
        found = signing.loads(token, salt=_salt(purpose))
        identity, until = UUID(hex=found[0]), datetime.fromtimestamp(found[1], UTC)
    except (signing.BadSignature, ValueError, TypeError, IndexError, KeyError, OverflowError):
        raise NotFound() from None
    return Linked(identity, over=until <= now())


def _token(purpose: Purpose, row: UUID, until: datetime) -> str:
    return signing.dumps([row.hex, int(until.timestamp())], salt=_salt(purpose))


def _salt(purpose: Purpose) -> str:
    studio: Any = current_studio()
    return f"fitflow.trainers.links.{purpose}.{studio.id}"
