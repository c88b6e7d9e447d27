"""Which sessions and bookings a person may see, and which sessions she may change. Notes: `trainers.note_policies`."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from fitflow.core.clock import now
from fitflow.core.errors import NotFound, NotPermitted
from studios.shared.models import Role
from studios.shared.policies import Actor, Capability, Scope, scope_of
from trainers.models import AvailabilityException, Booking, Service, Session, TrainerProfile


def team_of(actor: Actor) -> set[UUID]:
    """Return the people an actor leads, herself included."""
    led = TrainerProfile.objects.filter(Q(user_id=actor.user_id) | Q(lead__user_id=actor.user_id))
    return set(led.values_list("user_id", flat=True))


def standing_bookings() -> QuerySet[Booking]:
    """Return the bookings that make the person of a Care row train its client: a place she has, or still waits for."""
    waits = Q(status=Booking.Status.WAITLISTED, session__ends_at__gt=now())
    rows = Booking.objects.filter(Q(status=Booking.Status.BOOKED) | waits)
    return rows.filter(client=OuterRef("client_id"), session__trainer__user_id=OuterRef("user_id")).exclude(
        session__status=Session.Status.CANCELLED
    )


def given_by(actor: Actor, scope: Scope, path: str = "trainer__") -> Q:
    """Return the condition that a session is given by herself (`own`) or by somebody of her team (`team`).

    `path` leads from the queried row to its trainer.
    """
    own = Q(**{f"{path}user_id": actor.user_id})
    return own | Q(**{f"{path}lead__user_id": actor.user_id}) if scope is Scope.TEAM else own


def reaches_trainer(actor: Actor, trainer: TrainerProfile, capability: Capability) -> bool:
    """Whether the capability reaches the sessions this trainer gives."""
    scope = scope_of(actor, capability)
    if scope is Scope.ALL:
        return True
    if scope is Scope.NONE or not actor.is_staff:
        return False
    if trainer.user_id == actor.user_id:
        return True
    lead = trainer.lead if scope is Scope.TEAM else None
    return lead is not None and lead.user_id == actor.user_id


def visible_sessions(actor: Actor) -> QuerySet[Session]:
    """Return the sessions whose time, place and trainer she may see; a client sees those she has a booking in."""
    scope = scope_of(actor, Capability.TIMETABLE_SEE)
    if scope is Scope.ALL:
        return Session.objects.all()
    if scope is Scope.NONE or actor.user_id is None:
        return Session.objects.none()
    hers = Booking.objects.filter(session=OuterRef("pk"), client__user_id=actor.user_id)
    return Session.objects.filter(Exists(hers))


def fetch_session(actor: Actor, session_id: UUID) -> Session:
    """Return a session she may see, with its service, trainer, location and room; raise NotFound."""
    rows = visible_sessions(actor).select_related("service", "trainer__lead", "location", "room")
    session = rows.filter(pk=session_id).first()
    if session is None:
        raise NotFound()
    return session


def may_edit(actor: Actor, session: Session) -> bool:
    """Whether she may move, cancel, book into and complete this session."""
    return reaches_trainer(actor, session.trainer, Capability.SESSIONS_MANAGE)


def editable_session(actor: Actor, session_id: UUID) -> Session:
    """Return a session she may change; raise NotFound, or NotPermitted where she may only see it."""
    session = fetch_session(actor, session_id)
    if not may_edit(actor, session):
        raise NotPermitted("Only its trainer, her lead or the studio can change this session.")
    return session


def may_see_clients_of(actor: Actor, session: Session) -> bool:
    """Whether she may see who is booked. (A client sees only her own booking: `visible_bookings`.)"""
    return reaches_trainer(actor, session.trainer, Capability.TIMETABLE_SEE_CLIENTS)


def visible_bookings(actor: Actor) -> QuerySet[Booking]:
    """Return the bookings she may see: those of sessions whose clients she may see, and her own as a client."""
    scope = scope_of(actor, Capability.TIMETABLE_SEE_CLIENTS)
    if scope is Scope.ALL:
        return Booking.objects.all()
    if scope is Scope.NONE or actor.user_id is None:
        return Booking.objects.none()
    own = Q(client__user_id=actor.user_id)
    if not actor.is_staff:
        return Booking.objects.filter(own)
    return Booking.objects.filter(own | given_by(actor, scope, "session__trainer__"))


def editable_booking(actor: Actor, booking_id: UUID) -> Booking:
    """Return a booking, with its session, that she may change; raise NotFound or NotPermitted."""
    rows = visible_bookings(actor).select_related("session__service", "session__trainer__lead", "client")
    booking = rows.filter(pk=booking_id).first()
    if booking is None:
        raise NotFound()
    if not may_edit(actor, booking.session):
        raise NotPermitted("The studio changes bookings; ask your trainer.")
    return booking


def _works_here(actor: Actor) -> None:
    if not (actor.is_staff or actor.is_system):
        raise NotPermitted()


def visible_services(actor: Actor) -> QuerySet[Service]:
    """Return the services on offer, to whoever works here; raise NotPermitted."""
    _works_here(actor)
    return Service.objects.filter(is_active=True).prefetch_related("needs", "trainers", "rooms")


def fetch_service(actor: Actor, service_id: UUID) -> Service:
    """Return a service, on offer or retired; raise NotPermitted or NotFound."""
    _works_here(actor)
    service = Service.objects.filter(pk=service_id).first()
    if service is None:
        raise NotFound()
    return service


def visible_trainers(actor: Actor) -> QuerySet[TrainerProfile]:
    """Return the trainers who work here now, to whoever works here; raise NotPermitted."""
    _works_here(actor)
    return TrainerProfile.objects.filter(is_active=True)


def fetch_trainer(actor: Actor, trainer_id: UUID) -> TrainerProfile:
    """Return a trainer, working here or not any more; raise NotPermitted or NotFound."""
    _works_here(actor)
    trainer = TrainerProfile.objects.select_related("lead").filter(pk=trainer_id).first()
    if trainer is None:
        raise NotFound()
    return trainer


def availability_trainers(actor: Actor) -> list[TrainerProfile]:
    """Return the trainers who work here now and whose hours she may see and set, herself first; raise NotPermitted."""
    _works_here(actor)
    rows = TrainerProfile.objects.filter(is_active=True).select_related("lead")
    reached = [row for row in rows if reaches_trainer(actor, row, Capability.AVAILABILITY_MANAGE)]
    return sorted(reached, key=lambda row: row.user_id != actor.user_id)


def availability_of(actor: Actor, trainer_id: UUID) -> TrainerProfile:
    """Return a trainer whose hours she may see and set; raise NotFound, or NotPermitted where she is another's."""
    trainer = fetch_trainer(actor, trainer_id)
    if not trainer.is_active:
        raise NotFound("That trainer does not work here.", field="trainer")
    if not reaches_trainer(actor, trainer, Capability.AVAILABILITY_MANAGE):
        raise NotPermitted("You can set your own hours and your team's.", field="trainer")
    return trainer


def fetch_exception(actor: Actor, exception_id: UUID) -> AvailabilityException:
    """Return time off or extra hours that she may change; raise NotFound (her own and her team's are all she may know of)."""
    rows = AvailabilityException.objects.select_related("trainer__lead", "location")
    row = rows.filter(pk=exception_id).first()
    if row is None or not reaches_trainer(actor, row.trainer, Capability.AVAILABILITY_MANAGE):
        raise NotFound()
    return row


def own_bookings(actor: Actor) -> QuerySet[Booking]:
    """Return a client's own bookings, whatever else she is here; raise NotPermitted to who is no client."""
    if actor.user_id is None or not actor.has(Role.CLIENT):
        raise NotPermitted()
    return Booking.objects.filter(client__user_id=actor.user_id)
