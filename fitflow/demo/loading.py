"""Making the demo world by calling the services, so that it obeys every rule. Loading twice changes nothing.

Dates are relative to today: twelve full weeks of timetable behind and six ahead, before them the thinner ones of a studio
that grew, and the invoices and payments of six closed months.
Chance is seeded by the studio's slug, so the same day gives the same world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from psycopg import sql

from clients.models import Client
from clients.services import add_client, link_client_account
from fitflow.accounts.demo import ensure_demo_device
from fitflow.accounts.models import User
from fitflow.core import outbox
from fitflow.core.clock import now, today
from fitflow.core.models import OutboxMessage
from fitflow.demo.calendars import add_calendars
from fitflow.demo.hours import set_hours
from fitflow.demo.logs import log_exercises
from fitflow.demo.money import bill_closed_months, closed_months, set_up_billing
from fitflow.demo.notes import write_notes
from fitflow.demo.places import fill_a_class
from fitflow.demo.repeating import begin_series
from fitflow.demo.world import PEOPLE, STUDIOS, Slot, StudioFacts
from fitflow.tenancy import hosts, schema
from fitflow.tenancy.context import studio_context
from fitflow.tenancy.db import connection
from studios.models import AuditEvent, Equipment, Room
from studios.services import add_equipment, add_location, add_room, record_event
from studios.shared.models import Organization, Role, Studio
from studios.shared.policies import SYSTEM
from studios.shared.selectors import actor_in
from studios.shared.services import add_member, open_studio
from trainers.models import Service, Session, TrainerProfile
from trainers.services import (
    add_trainer,
    book_client,
    cancel_session,
    complete_session,
    save_service,
    schedule_session,
)

WEEKS_BACK, WEEKS_AHEAD = 12, 6
LOADED = "demo.loaded"
Say = Callable[[str], None]


def load_demo(say: Say = lambda line: None) -> None:
    """Make whatever of the demo world is missing. A studio left half made by a killed load is made anew."""
    connection.set_schema_to_public()
    people = _people()
    with _in_bulk():
        for facts in STUDIOS:
            studio = Studio.objects.filter(slug=facts.slug).first()
            if studio and _is_loaded(studio):
                continue
            if studio:
                _drop(studio)
            say(f"{facts.name}: rooms, people, prices")
            _load_studio(facts, people, say)
        add_calendars(people["lead"])


@contextmanager
def _in_bulk() -> Iterator[None]:
    """Wait neither for the broker nor, at each of thousands of commits, for the disk: a studio half made is made anew."""
    with outbox.without_hints():
        _execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            _execute("RESET synchronous_commit")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _people() -> dict[str, User]:
    people = {}
    # All have the same one, and a hash is meant to take long.
    password = make_password(settings.DEMO_PASSWORD)
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User.objects.create(
                email=person.email,
                password=password,
                name=person.name,
                is_staff=person.is_staff,
                is_superuser=person.is_staff,
            )
        EmailAddress.objects.get_or_create(
            user=user, email=person.email, defaults={"verified": True, "primary": True}
        )
        if person.is_staff:
            ensure_demo_device(user)
        people[person.key] = user
    return people


def _is_loaded(studio: Studio) -> bool:
    with studio_context(studio):
        return AuditEvent.objects.filter(action=LOADED).exists()


def _drop(studio: Studio) -> None:
    domains = [domain.domain for domain in studio.domains.all()]
    # In one transaction: a studio may lose its last owner only together with itself.
    with transaction.atomic(), connection.cursor() as cursor:
        schema.drop(studio.schema_name)
        OutboxMessage.objects.filter(studio_id=studio.id).delete()
        studio.domains.all().delete()
        # By hand: Django's own cascade would look for the studio's tables, which are gone.
        for table in ("trainers_shared_busytime", "studios_shared_invitation", "studios_shared_member"):
            statement = sql.SQL("DELETE FROM {} WHERE studio_id = %s").format(sql.Identifier(table))
            cursor.execute(statement, [studio.id])
        cursor.execute("DELETE FROM studios_shared_studio WHERE id = %s", [studio.id])
    hosts.forget(*domains, studio_id=studio.id)


def _load_studio(facts: StudioFacts, people: dict[str, User], say: Say) -> None:
    owner = next(people[key] for key, roles in facts.members.items() if Role.OWNER in roles)
    studio = open_studio(
        name=facts.name,
        slug=facts.slug,
        province=facts.province,
        timezone=facts.timezone,
        hue=facts.hue,
        organization=Organization.objects.filter(name=facts.organization).first(),
        organization_name=facts.organization,
        owner=owner,
    )
    if not facts.on_trial:
        Studio.objects.filter(pk=studio.pk).update(status=Studio.Status.ACTIVE)
    for key, roles in facts.members.items():
        for role in roles:
            add_member(studio=studio, user=people[key], role=role)
    chance = Random(facts.slug)  # noqa: S311
    with studio_context(studio):
        _furnish(facts, people)
        clients = _add_clients(facts, people)
        say(f"{facts.name}: {WEEKS_BACK} weeks behind, {WEEKS_AHEAD} ahead")
        _fill_weeks(facts, people, clients, chance)
        begin_series(facts, people, clients)
        set_hours(facts, people, after_weeks=WEEKS_AHEAD)
        write_notes(facts, people, studio)
        log_exercises(facts, people, studio)
        if facts.slug == "lotus":
            fill_a_class()
        say(f"{facts.name}: invoices and payments")
        set_up_billing(facts)
        bill_closed_months(facts, owner=actor_in(owner, studio), chance=chance)
        record_event(actor=SYSTEM, action=LOADED, subject=studio)
    _hush(studio)


def _furnish(facts: StudioFacts, people: dict[str, User]) -> None:
    for place in facts.places:
        location = add_location(
            actor=SYSTEM,
            name=place.name,
            province=facts.province,
            timezone=facts.timezone,
            street=place.street,
            city=place.city,
            postal_code=place.postal_code,
        )
        for name, capacity in place.rooms.items():
            add_room(actor=SYSTEM, location=location, name=name, capacity=capacity)
        for name, quantity in place.equipment.items():
            add_equipment(actor=SYSTEM, location=location, name=name, quantity=quantity)
    made: dict[str, TrainerProfile] = {}
    for hue, key in enumerate(facts.trainers, start=1):
        lead = made.get(facts.teams.get(key, ""))
        user = people[key]
        made[key] = add_trainer(
            actor=SYSTEM, user_id=user.pk, name=user.name, hue=hue, lead_id=lead.pk if lead else None
        )
    for offer in facts.offers:
        save_service(
            actor=SYSTEM,
            name=offer.name,
            duration_minutes=offer.minutes,
            capacity=offer.places,
            price=offer.price,
            tax_category=offer.category,
            late_fee_percent=offer.late_fee,
            buffer_after_minutes=offer.buffer_after,
            equipment={
                row.pk: offer.needs[row.name] for row in Equipment.objects.filter(name__in=offer.needs)
            },
        )


def _add_clients(facts: StudioFacts, people: dict[str, User]) -> list[Client]:
    clients = []
    for key, roles in facts.members.items():
        if Role.CLIENT in roles:
            user = people[key]
            add_client(
                actor=SYSTEM, name=user.name, email=user.email, province=facts.province, phone="+14165550100"
            )
            clients.append(
                link_client_account(actor=SYSTEM, user_id=user.pk, email=user.email, name=user.name)
            )
    for number, name in enumerate(facts.clients):
        address = f"{facts.slug}.client{number + 1}@fitflow.test"
        phone = f"+1416555{number + 110:04d}"
        clients.append(
            add_client(actor=SYSTEM, name=name, email=address, province=facts.province, phone=phone)
        )
    return clients


def _fill_weeks(facts: StudioFacts, people: dict[str, User], clients: list[Client], chance: Random) -> None:
    services = {service.name: service for service in Service.objects.all()}
    trainers = {profile.user_id: profile for profile in TrainerProfile.objects.all()}
    rooms = {room.name: room for room in Room.objects.select_related("location")}
    monday = today(facts.timezone) - timedelta(days=today(facts.timezone).weekday())
    opened_on, _ = closed_months(today(facts.timezone))[0]
    for week in range((opened_on - monday).days // 7 + 1, WEEKS_AHEAD):
        for slot in _slots_of(facts, week):
            session = _schedule(
                facts,
                slot,
                monday + timedelta(weeks=week),
                services,
                trainers,
                rooms,
                people,
                clients,
                chance,
            )
            _end(session, chance)


def _slots_of(facts: StudioFacts, week: int) -> tuple[Slot, ...]:
    """Return a week's slots: all of them since `WEEKS_BACK`, half of them just before, a quarter in the beginning."""
    before = -WEEKS_BACK - week
    return facts.slots[:: min(4, 2 + before // 6)] if before > 0 else facts.slots


def _schedule(
    facts: StudioFacts,
    slot: Slot,
    monday: date,
    services: dict[str, Service],
    trainers: dict[UUID, TrainerProfile],
    rooms: dict[str, Room],
    people: dict[str, User],
    clients: list[Client],
    chance: Random,
) -> Session:
    starts_at = datetime.combine(
        monday + timedelta(days=slot.weekday), time.fromisoformat(slot.start), ZoneInfo(facts.timezone)
    )
    service, room = services[slot.offer], rooms[slot.room]
    most = min(service.capacity, room.capacity)
    wanted = slot.usual if service.capacity == 1 else max(1, slot.usual + chance.randint(-2, 2))
    # The people with a sign-in come most often, so that their pages have something to show.
    who = chance.sample(clients[1:], k=min(wanted, len(clients) - 1))
    if chance.random() < 0.45:
        who[0] = clients[0]
    session = schedule_session(
        actor=SYSTEM,
        service_id=service.pk,
        trainer_id=trainers[people[slot.trainer].pk].pk,
        location_id=room.location_id,
        room_id=room.pk,
        starts_at=starts_at,
        client_ids=[client.pk for client in who[:most]],
    )
    for client in who[most:]:
        book_client(actor=SYSTEM, session_id=session.pk, client_id=client.pk)
    return session


def _end(session: Session, chance: Random) -> None:
    if chance.random() < 0.02:
        cancel_session(actor=SYSTEM, session_id=session.pk, reason="The trainer is ill")
    elif session.ends_at < now() - timedelta(hours=2):
        booked = session.bookings.filter(status="booked").values_list("pk", flat=True)
        absent = {pk: "no_show" for pk in booked if chance.random() < 0.06}
        complete_session(actor=SYSTEM, session_id=session.pk, attendance=absent)


def _hush(studio: Studio) -> None:
    """History was announced long ago: of all that the services queued, only the newest messages still go out."""
    waiting = OutboxMessage.objects.filter(studio_id=studio.id, state=OutboxMessage.State.PENDING)
    coming = (
        waiting.filter(topic="session.scheduled", lane="mail")
        .order_by("-id")
        .values_list("pk", flat=True)[:6]
    )
    issued = waiting.filter(topic="invoice.issued").order_by("-id").values_list("pk", flat=True)[:6]
    offered = waiting.filter(topic="offer.made").values_list("pk", flat=True)
    keep = [*coming, *issued, *offered]
    waiting.exclude(pk__in=keep).update(state=OutboxMessage.State.DONE, done_at=now())
