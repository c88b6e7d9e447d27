"""Calendars elsewhere that a trainer subscribes: asked every ten minutes, their events become bare busy time.

All of it works on public rows. What was read stays busy until something newer was read, whatever goes wrong in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from fitflow.accounts.models import User
from fitflow.core import outbox
from fitflow.core.clock import now, validate_zone
from fitflow.core.db import lock_in_transaction
from fitflow.core.errors import Conflict, Invalid, NotFound
from fitflow.core.fields import check_name
from fitflow.core.rounds import one_by_one
from trainers.external.addresses import target_of
from trainers.external.asking import Answer, ask
from trainers.external.trouble import Trouble, words_for
from trainers.models import TrainerProfile
from trainers.shared.models import ExternalBusy, ExternalCalendar

MOST_CALENDARS = 10
BACK, AHEAD = timedelta(days=30), timedelta(days=400)
SECONDS_PER_TURN = 45.0
TELL_AFTER = 3  # failures in a row, about half an hour
SKIPPED = "{} of its entries cannot be understood and block nothing."

# Every ten minutes, and rarer the longer it has failed (at most every 5 h 20 min), spread by chance over a minute.
DUE = """
UPDATE trainers_shared_externalcalendar SET asked_at = now() WHERE id IN (
    SELECT id FROM trainers_shared_externalcalendar
    WHERE paused_at IS NULL AND (asked_at IS NULL OR
        asked_at + interval '10 minutes' * power(2, least(failures, 5)) + random() * interval '1 minute' < now())
    ORDER BY asked_at NULLS FIRST LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
# Whose calendars elsewhere hold time that nothing of hers covers: a session has gone from it.
UNCOVERED = """
SELECT read.user_id FROM (
    SELECT user_id, range_agg(span) AS spans FROM trainers_shared_externalbusy
    WHERE %(everybody)s OR user_id = ANY (%(people)s) GROUP BY user_id
) AS read
WHERE NOT read.spans <@ coalesce((
    SELECT range_agg(busy.span) FROM trainers_shared_busytime AS busy
    WHERE busy.user_id = read.user_id AND busy.span && range_merge(read.spans)
        AND (busy.expires_at IS NULL OR busy.expires_at > now())), '{}')
"""


def calendars_of(user: User) -> QuerySet[ExternalCalendar]:
    """Return the calendars a person has subscribed, the oldest first."""
    return ExternalCalendar.objects.filter(user=user)


def unread_calendars(user: User) -> QuerySet[ExternalCalendar]:
    """Return those of her calendars that have not been read for so long that she should know."""
    return calendars_of(user).filter(paused_at=None, failures__gte=TELL_AFTER)


def add_calendar(*, user: User, name: str, address: str, zone: str) -> ExternalCalendar:
    """Subscribe a calendar by its secret address; `zone` is that of its times that name none. It is first asked by the poller.

    Raises Invalid (`name`, `address`, `zone`), Conflict beyond ten calendars.
    """
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Invalid("Give the calendar a name of up to 100 characters.", field="name")
    check_name(name)
    try:
        target_of(address, open_hosts=settings.EXTERNAL_OPEN_HOSTS)
    except Trouble as trouble:
        raise Invalid(words_for(trouble.code), field="address") from trouble
    try:
        validate_zone(zone)
    except ValidationError as error:
        raise Invalid(error.messages[0], field="zone") from error
    with transaction.atomic():
        lock_in_transaction(_lock(user.pk))
        if calendars_of(user).count() >= MOST_CALENDARS:
            words = f"You have {MOST_CALENDARS} calendars here. Remove one first."
            raise Conflict(words, conflict="calendars")
        return ExternalCalendar.objects.create(user=user, name=name, address=address.strip(), zone=zone)


def remove_calendar(*, user: User, calendar_id: UUID) -> None:
    """Forget a calendar; the time it held is free again at once. Raises NotFound."""
    with transaction.atomic():
        lock_in_transaction(_lock(user.pk))
        _own(user, calendar_id).delete()
        _rebuild(user.pk)


def pause_calendar(*, user: User, calendar_id: UUID) -> None:
    """Ask a calendar no more; what was read of it stays busy. Raises NotFound."""
    with transaction.atomic():
        calendar = _own(user, calendar_id)
        calendar.paused_at = calendar.paused_at or now()
        calendar.save(update_fields=["paused_at"])


def resume_calendar(*, user: User, calendar_id: UUID) -> None:
    """Ask a calendar again, now: a paused one, or one that could not be read. Raises NotFound."""
    with transaction.atomic():
        calendar = _own(user, calendar_id)
        calendar.paused_at, calendar.asked_at = None, None
        calendar.save(update_fields=["paused_at", "asked_at"])


def _own(user: User, calendar_id: UUID) -> ExternalCalendar:
    calendar = calendars_of(user).select_for_update().filter(pk=calendar_id).first()
    if calendar is None:
        raise NotFound()
    return calendar


def claim_due(*, most: int = 1) -> list[UUID]:
    """Return calendars whose time has come, each to one caller only, however many ask at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DUE, [most])
        return [row[0] for row in cursor.fetchall()]


def ask_due(*, found_one: Callable[[], None], seconds: float = SECONDS_PER_TURN) -> int:
    """Ask calendars whose time has come, one after the other for about `seconds`; return how many.

    Each is claimed when its turn comes, so that a kill costs one of them its ten minutes, and none waits behind one that keeps
    silent but in the same turn. `found_one` is called once, after the first is found.
    """
    asked, until = 0, time.monotonic() + seconds
    while time.monotonic() < until and (due := claim_due()):
        if not asked:
            found_one()
        asked += one_by_one(due, _read, name="calendars elsewhere")
    return asked


def _read(calendar_id: UUID) -> int:
    read_calendar(calendar_id=calendar_id)
    return 1


def read_calendar(*, calendar_id: UUID) -> None:
    """Ask one calendar and keep what it says; where it cannot be read, keep what is known and note why.

    Call it on public rows and outside any transaction. Running twice changes nothing.
    """
    calendar = ExternalCalendar.objects.select_related("user").filter(pk=calendar_id, paused_at=None).first()
    if calendar is None or not calendar.user.is_active:
        return
    at = now()
    # Once a day it is read whole, changed or not: the window has moved on, and what repeats reaches further.
    today = calendar.read_at is not None and calendar.read_at.date() == at.date()
    try:
        answer = ask(
            address=calendar.address,
            zone=calendar.zone,
            starts=at - BACK,
            ends=at + AHEAD,
            addresses=_addresses(calendar),
            etag=calendar.etag if today else "",
            last_modified=calendar.last_modified if today else "",
        )
    except Trouble as trouble:
        _note(calendar, trouble)
    else:
        keep_answer(calendar, answer, at)


def _addresses(calendar: ExternalCalendar) -> set[str]:
    """Return under which e-mail addresses she is invited: her own here, and those that name the calendar in its address."""
    parts = [calendar.user.email, *unquote(urlsplit(calendar.address).path).split("/")]
    return {part.lower() for part in parts if _is_email(part)}


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _note(calendar: ExternalCalendar, trouble: Trouble) -> None:
    with transaction.atomic():
        row = ExternalCalendar.objects.select_for_update().filter(pk=calendar.pk).first()
        if row is None:
            return
        row.failures = min(row.failures + 1, 1000)
        row.problem = words_for(trouble.code)
        row.save(update_fields=["failures", "problem"])
        if row.failures == TELL_AFTER:
            outbox.publish("calendar.unread", calendar=row.pk)


def keep_answer(calendar: ExternalCalendar, answer: Answer, at: datetime) -> None:
    """Make what a calendar said busy in the place of what it said before, in one transaction; nothing where it is gone."""
    with transaction.atomic():
        lock_in_transaction(_lock(calendar.user_id))
        row = ExternalCalendar.objects.select_for_update().filter(pk=calendar.pk, paused_at=None).first()
        if row is None:
            return
        failed, row.read_at, row.failures = row.failures, at, 0
        if answer.spans is not None:
            row.problem = SKIPPED.format(answer.skipped) if answer.skipped else ""
            row.etag, row.last_modified = answer.etag, answer.last_modified
            _replace(row, answer.spans)
        elif failed:
            row.problem = ""
        row.save()
        _rebuild(row.user_id)


def _replace(calendar: ExternalCalendar, spans: Iterable[tuple[datetime, datetime]]) -> None:
    """Write what changed: most of a calendar is the same as ten minutes before."""
    wanted = set(spans)
    gone = []
    for pk, span in calendar.spans.values_list("id", "span"):
        known = (span.lower, span.upper)
        if known in wanted:
            wanted.discard(known)
        else:
            gone.append(pk)
    ExternalBusy.objects.filter(pk__in=gone).delete()
    ExternalBusy.objects.bulk_create(
        (
            ExternalBusy(calendar=calendar, user_id=calendar.user_id, span=DateTimeTZRange(start, end, "[)"))
            for start, end in sorted(wanted)
        ),
        batch_size=2000,
    )


def cover_again(*, people: Collection[UUID] | None = None) -> int:
    """Make busy again what of calendars elsewhere a session has left (moved, cancelled); return for how many people.

    `people` limits it; None means everybody. One for whom it fails keeps no other waiting. On public rows, outside any
    transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNCOVERED, {"everybody": people is None, "people": list(people or [])})
        found = [row[0] for row in cursor.fetchall()]
    return one_by_one(found, _cover, name="calendars elsewhere")


def _cover(person: UUID) -> int:
    with transaction.atomic():
        lock_in_transaction(_lock(person))
        _rebuild(person)
    return 1


def trainers_here() -> set[UUID]:
    """Return the people who give sessions in this studio. Called inside it, for `cover_again` outside."""
    return set(TrainerProfile.objects.values_list("user_id", flat=True))


def _lock(user_id: UUID) -> str:
    return f"trainer:{user_id}"


def _rebuild(user_id: UUID) -> None:
    """Derive her external busy time anew; under her lock, so that no session is written meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.release_expired_holds(ARRAY[%s]::uuid[])", [user_id])
        cursor.execute("SELECT public.rebuild_external_busy(%s::uuid)", [user_id])
