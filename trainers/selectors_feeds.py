"""What a calendar feed shows: sessions within a window, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from fitflow.accounts.models import User
from fitflow.accounts.services.tokens import digest
from fitflow.core.clock import now
from fitflow.core.context import studio_url
from fitflow.core.errors import FitFlowError, NotFound
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.shared.models import Role, Studio
from studios.shared.policies import Actor
from studios.shared.selectors import actor_in, studios_of
from trainers.calendar_file import place_of
from trainers.feed_file import Entry
from trainers.feed_policies import reaches_subject, subject_of
from trainers.models import Booking, CalendarFeed, Session
from trainers.policies import may_see_clients_of
from trainers.shared.models import PersonalFeed

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
CANCELLED_FOR = timedelta(days=60)  # so long a cancelled session is still told, as cancelled
NOTHING = "There is nothing here."
READABLE = {"id", "email", "name", "is_active"}
Status = Session.Status
BookingStatus = Booking.Status


def feed_of(secret: str, *, studio: Studio) -> tuple[CalendarFeed, Actor]:
    """Return the feed of a secret in the entered studio, and who made it, as she is now.

    Raises NotFound, in the same words, for a wrong or revoked secret and where who made it may not see that any more.
    """
    # Of people a studio may read no more than these.
    rows = CalendarFeed.objects.select_related("made_by").defer(
        *(f"made_by__{field.name}" for field in User._meta.concrete_fields if field.name not in READABLE)
    )
    feed = rows.filter(secret_hash=digest(secret), revoked_at=None).first()
    if feed is None or feed.made_by is None or not feed.made_by.is_active:
        raise NotFound(NOTHING)
    actor = actor_in(feed.made_by, studio)
    try:
        reaches_subject(actor, subject_of(feed))
    except FitFlowError as error:
        raise NotFound(NOTHING) from error
    return feed, actor


def personal_feed_of(secret: str) -> PersonalFeed:
    """Return the personal feed of a secret; raise NotFound, in the same words, for a wrong or revoked one."""
    rows = PersonalFeed.objects.select_related("user").filter(secret_hash=digest(secret), revoked_at=None)
    feed = rows.first()
    if feed is None or not feed.user.is_active:
        raise NotFound(NOTHING)
    return feed


def _in_window(at: datetime) -> Q:
    kept = Q(status=Status.CANCELLED, cancelled_at__gte=at - CANCELLED_FOR)
    shown = kept | Q(status__in=[Status.SCHEDULED, Status.COMPLETED])
    return shown & Q(starts_at__gte=at - BACK, starts_at__lt=at + AHEAD)


def _sessions(at: datetime, which: Q) -> QuerySet[Session]:
    rows = Session.objects.filter(_in_window(at) & which)
    return rows.select_related("service", "trainer__lead", "location", "room").order_by("starts_at", "id")


def feed_entries(feed: CalendarFeed, actor: Actor, *, studio: Studio) -> list[Entry]:
    """Return what a feed of this studio shows, in order of time. Three queries at most.

    A trainer's: her sessions, the client of a private one by first name and initial, a class by how full it is. A client's:
    her own bookings. A room's: service and trainer. Never notes, addresses or telephone numbers.
    """
    at = now()
    if feed.client_id:
        return _of_client(feed.client_id, at, studio)
    which = Q(trainer_id=feed.trainer_id) if feed.trainer_id else Q(room_id=feed.room_id)
    sessions = list(_sessions(at, which))
    changed = _changed(sessions)
    if feed.room_id:
        return [
            _entry(one, changed, f"{one.service.name}, {one.trainer.name}", place_of(one)) for one in sessions
        ]
    return _of_trainer(sessions, changed, actor, studio)


def personal_entries(feed: PersonalFeed) -> list[Entry]:
    """Return a trainer's sessions in all studios in which she works now; three queries a studio and one for all.

    Call it outside any transaction: it enters each studio in turn.
    """
    at, found = now(), []
    for studio in studios_of(feed.user):
        if set(studio.my_roles) - {Role.CLIENT.value}:
            actor = Actor(user_id=feed.user_id, name=feed.user.name, roles=frozenset(studio.my_roles))
            with studio_context(studio):
                sessions = list(_sessions(at, Q(trainer__user_id=feed.user_id)))
                found += _of_trainer(sessions, _changed(sessions), actor, studio)
    return sorted(found, key=lambda entry: (entry.starts_at, entry.session_id))


def _of_trainer(
    sessions: list[Session], changed: dict[UUID, datetime], actor: Actor, studio: Studio
) -> list[Entry]:
    private = [one for one in sessions if one.capacity == 1 and may_see_clients_of(actor, one)]
    names = _first_names(private)
    found = []
    for one in sessions:
        full = f" ({one.booked} of {one.capacity})" if one.capacity > 1 else ""
        summary = ", ".join([f"{one.service.name}{full}", *names[one.id]])
        found.append(_entry(one, changed, summary, _place(one, studio), _page(studio, one)))
    return found


def _of_client(client_id: UUID, at: datetime, studio: Studio) -> list[Entry]:
    rows = Booking.objects.filter(client_id=client_id).filter(session__in=_sessions(at, Q()))
    bookings = rows.select_related(
        "session__service", "session__trainer", "session__location", "session__room"
    )
    # Who cancelled and booked again has two: the one in force counts, else the last.
    chosen: dict[UUID, Booking] = {}
    for booking in bookings.order_by("session__starts_at", "session_id", "created_at"):
        known = chosen.get(booking.session_id)
        if known is None or known.status == BookingStatus.CANCELLED:
            chosen[booking.session_id] = booking
    changed = _changed([booking.session for booking in chosen.values()])
    found = []
    for booking in chosen.values():
        session = booking.session
        waits = booking.status == BookingStatus.WAITLISTED
        latest = booking.cancelled_at or booking.created_at
        changed[session.id] = max(changed[session.id], latest)
        if booking.status == BookingStatus.CANCELLED and latest < at - CANCELLED_FOR:
            continue
        summary = f"{'Waitlist: ' if waits else ''}{session.service.name}, {studio.name}"
        status = "TENTATIVE" if waits else ""
        if BookingStatus.CANCELLED in (booking.status, session.status):
            status = "CANCELLED"
        found.append(
            _entry(session, changed, summary, place_of(session), f"With {session.trainer.name}.", status)
        )
    return found


def _entry(
    session: Session,
    changed: dict[UUID, datetime],
    summary: str,
    place: str,
    description: str = "",
    status: str = "",
) -> Entry:
    gone = session.status == Status.CANCELLED
    return Entry(
        session_id=session.id,
        version=session.version,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session.location.timezone,
        changed_at=changed[session.id],
        summary=summary,
        place=place,
        description=description,
        status=status or ("CANCELLED" if gone else "CONFIRMED"),
    )


def _place(session: Session, studio: Studio) -> str:
    return f"{studio.name}, {place_of(session)}"


def _page(studio: Studio, session: Session) -> str:
    return studio_url(
        studio.slug, reverse("session_detail", args=[session.id], urlconf=settings.STUDIO_URLCONF)
    )


def _first_names(sessions: Iterable[Session]) -> dict[UUID, list[str]]:
    """Return who is booked into private sessions, as `Priya R.`: the file lies at Google, Apple or Microsoft."""
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = Booking.objects.filter(session__in=[one.id for one in sessions], status=BookingStatus.BOOKED)
    for session_id, name in rows.values_list("session_id", "client__name"):
        first, *others = name.split() or [""]
        found[session_id].append(f"{first} {others[-1][0]}." if others else first)
    return found


def _changed(sessions: list[Session]) -> dict[UUID, datetime]:
    """Return when each session last changed: what is told of it in the trail, else when it was made."""
    trail = AuditEvent.objects.filter(subject_type="session", subject_id__in=[one.id for one in sessions])
    told = dict(trail.values_list("subject_id").annotate(Max("created_at")))
    return {
        one.id: max(
            moment
            for moment in (one.created_at, one.cancelled_at, one.completed_at, told.get(one.id))
            if moment is not None
        )
        for one in sessions
    }
