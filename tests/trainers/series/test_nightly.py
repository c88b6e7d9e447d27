"""Series without an end are carried on each night: idempotent, and killed half-way it goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from celery import current_app

from fitflow.core import outbox
from fitflow.core.clock import now, today
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from notifications.letters import Later, Suppress, render
from notifications.models import Delivery
from notifications.tasks import send_delivery
from studios.services import restore_room, retire_room
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.plan import TORONTO, scheduled
from tests.trainers.series.wishes import ZONE, day, instant, series_of, starts_of
from trainers import tasks
from trainers.added_messages import queue_sessions_added
from trainers.models import AvailabilityException, Booking, Series, SeriesSkip, Session
from trainers.services import series_nightly
from trainers.services.series import AHEAD, make_sessions
from trainers.services.series_nightly import carry_on_all, carry_on_series, due_series

ENDLESS = "FREQ=WEEKLY;BYDAY=MO"


def as_of_weeks_ago(series: Series, weeks: int) -> None:
    """Let a series stand as if the last nights had not been: without its last sessions."""
    until = today(ZONE) + AHEAD - timedelta(weeks=weeks)
    last = series.sessions.filter(occurrence__gt=f"{until}T99")
    Booking.objects.filter(session__in=last).delete()
    last.delete()
    Series.objects.filter(pk=series.pk).update(made_until=until)


def test_it_makes_what_is_missing_with_the_clients_and_only_once(lotus: Cast) -> None:
    series = series_of(lotus, ENDLESS, clients=("Client",))
    whole = starts_of(series)
    as_of_weeks_ago(series, 5)
    until = (today(ZONE) + AHEAD).isoformat()
    expected = [start for start in whole if start[:10] <= until]
    assert len(starts_of(series)) < len(expected)
    assert carry_on_all() > 0
    assert starts_of(series) == expected
    assert Booking.objects.filter(session__series=series, status="booked").count() == len(expected)
    assert carry_on_all() == 0
    assert starts_of(series) == expected


def test_a_series_with_an_end_or_ended_or_of_who_left_is_left_alone(lotus: Cast) -> None:
    finite = series_of(lotus)
    ended = series_of(lotus, ENDLESS, trainer="trainer", starts=f"{day(1)}T12:00")
    gone = series_of(lotus, ENDLESS, trainer="trainer", starts=f"{day(1)}T15:00")
    Series.objects.update(made_until=day(1))
    Series.objects.filter(pk=ended.pk).update(ended_at=instant())
    gone.trainer.is_active = False
    gone.trainer.save()
    assert due_series() == []
    assert carry_on_series(series_id=ended.pk) == 0
    assert len(starts_of(finite)) == 6


def test_what_clashes_is_left_out_and_the_trainer_is_told_once(lotus: Cast) -> None:
    series = series_of(lotus, ENDLESS, clients=("Client",), room_id=lotus.room().id)
    as_of_weeks_ago(series, 4)
    coming = Series.objects.get(pk=series.pk).made_until
    assert coming is not None
    mondays = [coming + timedelta(days=1 + ahead) for ahead in range(28)]
    mondays = [one for one in mondays if one.weekday() == 0]
    at = instant().replace(year=mondays[0].year, month=mondays[0].month, day=mondays[0].day)
    scheduled(lotus, at, trainer="trainer", room_id=lotus.room().id)
    AvailabilityException.objects.create(
        trainer=lotus.trainer(), kind="off", starts_on=mondays[1], ends_on=mondays[1]
    )
    carry_on_all()
    skips = SeriesSkip.objects.filter(series=series).order_by("occurrence")
    assert [(skip.occurrence, skip.why) for skip in skips] == [
        (f"{mondays[0]}T09:00", "clash"),
        (f"{mondays[1]}T09:00", "clash"),
    ]
    assert "in use" in skips[0].words
    assert skips[1].words == "Time off"
    message = OutboxMessage.objects.get(topic="series.clashed")
    for _ in range(2):  # the outbox may call again
        tasks.mail_series_clash(message)
    delivery = Delivery.objects.get(template="series_clash")
    assert delivery.recipient == "lead@fitflow.test"
    letter = render(delivery)
    assert "2 of your sessions could not be made" in letter.subject
    assert "Time off" in letter.text
    carry_on_all()
    assert OutboxMessage.objects.filter(topic="series.clashed").count() == 1


def test_nothing_new_is_made_in_a_room_out_of_use(lotus: Cast) -> None:
    series = series_of(lotus, ENDLESS, room_id=lotus.room().id)
    as_of_weeks_ago(series, 4)
    made = series.sessions.count()
    retire_room(actor=SYSTEM, room=lotus.room())
    carry_on_all()
    assert series.sessions.count() == made
    assert {skip.words for skip in series.skips.all()} == {"Studio A is out of use"}
    assert OutboxMessage.objects.filter(topic="series.clashed").count() == 1
    restore_room(actor=SYSTEM, room=lotus.room())
    as_of_weeks_ago(series, 4)
    assert carry_on_all() > 0


def test_holidays_are_left_out_where_the_series_says_so(lotus: Cast) -> None:
    series = series_of(lotus, "FREQ=DAILY", skips_holidays=True)
    before = set(series.skips.values_list("occurrence", flat=True))
    as_of_weeks_ago(series, 26)
    SeriesSkip.objects.all().delete()
    Series.objects.filter(pk=series.pk).update(made_until=today(ZONE))
    Booking.objects.filter(session__series=series).delete()
    series.sessions.all().delete()
    carry_on_all()
    found = set(series.skips.filter(why="holiday").values_list("occurrence", flat=True))
    until = f"{today(ZONE) + AHEAD}T99"
    assert found == {one for one in before if one < until}
    assert found.isdisjoint(starts_of(series))


class Killed(BaseException):
    """What a kill looks like from within: nothing catches it."""


@pytest.fixture
def dies_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let the job die in the middle of a series' transaction, after so many series."""

    def after(series: int) -> None:
        calls, real = count(), make_sessions

        def make(*args: Any) -> None:
            real(*args)
            if next(calls) == series:
                raise Killed

        monkeypatch.setattr(series_nightly, "make_sessions", make)

    yield after
    monkeypatch.undo()


def test_killed_half_way_the_next_night_does_the_rest(
    lotus: Cast, dies_after: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [
        series_of(lotus, ENDLESS, starts=f"{day()}T{hour:02}:00", clients=("Client",)) for hour in (9, 11, 13)
    ]
    for series in every:
        as_of_weeks_ago(series, 3)
    short = [len(starts_of(series)) for series in every]
    dies_after(1)
    with pytest.raises(Killed):
        carry_on_all()
    lengths = [len(starts_of(series)) for series in every]
    assert sorted(after - before for before, after in zip(short, lengths, strict=True)) == [0, 0, 3]
    monkeypatch.undo()
    assert carry_on_all() == 6
    until = (today(ZONE) + AHEAD).isoformat()
    for series in every:
        found = starts_of(series)
        assert len(found) == len(set(found)) == short[0] + 3
        assert max(found)[:10] <= until
    rows = Session.objects.filter(series__in=every)
    assert {at.astimezone(TORONTO).weekday() for at in rows.values_list("starts_at", flat=True)} == {0}


def test_a_series_that_fails_keeps_no_other_waiting(lotus: Cast) -> None:
    first, second = (series_of(lotus, ENDLESS, starts=f"{day()}T{hour:02}:00") for hour in (9, 11))
    for series in (first, second):
        as_of_weeks_ago(series, 3)
    until = Series.objects.get(pk=first.pk).made_until
    assert until is not None
    # What is to be left out is left out already: the row that says so cannot be written twice.
    AvailabilityException.objects.create(
        trainer=first.trainer, kind="off", starts_on=until, ends_on=until + timedelta(days=21),
        starts_minute=8 * 60, ends_minute=10 * 60,
    )  # fmt: skip
    monday = next(day for day in (until + timedelta(days=n) for n in range(1, 8)) if day.weekday() == 0)
    SeriesSkip.objects.create(series=first, occurrence=f"{monday}T09:00", why="clash")
    before = len(starts_of(second))
    assert carry_on_all() == 3
    assert len(starts_of(second)) == before + 3
    assert Series.objects.get(pk=first.pk).made_until == until, "and it is tried again tomorrow"


def test_one_mail_to_each_client_with_a_file_of_all_sessions(lotus: Cast) -> None:
    series = series_of(lotus, service="Class", clients=("Client", "Étienne Caron"))
    message = OutboxMessage.objects.get(topic="series.scheduled", lane="mail")
    for _ in range(2):
        tasks.mail_series_scheduled(message)
    told = Delivery.objects.filter(template="series_scheduled")
    assert sorted(told.values_list("recipient", flat=True)) == ["client@fitflow.test", "etienne@example.com"]
    letter = render(told[0])
    part: Any = letter.attachments[0]
    content = part.get_payload(decode=True).decode()
    assert content.count("BEGIN:VEVENT") == 6
    assert "METHOD:PUBLISH" in content
    assert f"UID:{series.sessions.order_by('starts_at')[0].pk}@" in content
    assert "Every Monday and Wednesday at 09:00, 6 times" in letter.text


def test_changed_and_cancelled_are_told_once_too(lotus: Cast) -> None:
    from trainers.services.series_closing import cancel_sessions, restore_sessions
    from trainers.services.series_edits import edit_session

    series = series_of(lotus, clients=("Client",))
    lead, first = lotus.actor("lead"), series.sessions.order_by("starts_at")[0]
    edit_session(actor=lead, session_id=first.pk, scope="all", starts_at=instant(0, 11))
    tasks.mail_series_changed(OutboxMessage.objects.get(topic="series.changed", lane="mail"))
    changed = Delivery.objects.get(template="series_changed")
    assert "at 11:00" in render(changed).text
    cancel_sessions(actor=lead, session_id=first.pk, scope="all", reason="ill")
    gone = OutboxMessage.objects.get(topic="series.cancelled", lane="mail")
    tasks.mail_series_cancelled(gone)
    cancelled = Delivery.objects.get(template="series_cancelled")
    part: Any = render(cancelled).attachments[0]
    assert part.get_payload(decode=True).decode().count("STATUS:CANCELLED") == 6
    restore_sessions(actor=lead, session_id=first.pk)
    with pytest.raises(Suppress):
        render(cancelled)


@pytest.fixture
def tasks_run_at_once() -> Iterator[None]:
    """Without a worker: a task that is sent runs where it was sent from."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


@pytest.mark.usefixtures("tasks_run_at_once")
def test_each_studio_carries_on_its_own(cast: Cast) -> None:
    with studio_context(cast.lotus):
        series = series_of(cast, ENDLESS)
        before = starts_of(series)
        as_of_weeks_ago(series, 2)
        assert starts_of(series) != before
    assert tasks.carry_on_series() == Studio.objects.count()
    with studio_context(cast.lotus):
        assert starts_of(series)[-1] <= before[-1]
        assert len(starts_of(series)) == len([one for one in before if one[:10] <= str(today(ZONE) + AHEAD)])
    with studio_context(cast.summit):
        assert not Session.objects.exists()


# What the night added is told


def added(cast: Cast, weeks: int = 5, **more: Any) -> list[Delivery]:
    """Let the night add to a weekly series of one client, a day after it was made; return what is to be sent to her."""
    series = series_of(cast, ENDLESS, clients=("Client",), **more)
    as_of_weeks_ago(series, weeks)
    Series.objects.filter(pk=series.pk).update(created_at=now() - timedelta(days=3))
    Session.objects.filter(series=series).update(created_at=now() - timedelta(days=2))
    assert carry_on_series(series_id=series.pk) > 0
    message = OutboxMessage.objects.filter(topic="series.carried_on", lane="mail").latest("id")
    for _ in range(2):
        tasks.mail_sessions_added(message)
    return list(Delivery.objects.filter(template="sessions_added"))


def night(hour: int = 3) -> datetime:
    """Return an hour of tonight at the place."""
    tomorrow = today(ZONE) + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, hour, 20, tzinfo=TORONTO)


def test_one_mail_tells_a_client_of_all_that_the_night_added(lotus: Cast) -> None:
    added(lotus)
    [mail] = added(lotus, trainer="trainer", service="Class", starts=f"{day()}T17:00")
    due = OutboxMessage.objects.get(topic="delivery.queued", ids__delivery=str(mail.pk)).due_at
    with time_machine.travel(due + timedelta(minutes=1), tick=False):
        letter = render(mail)
    assert "Private with Lead" in letter.text
    assert "Class with Trainer" in letter.text
    made = Session.objects.filter(created_at__gt=now() - timedelta(days=1))
    part: Any = letter.attachments[0]
    assert part.get_payload(decode=True).decode().count("BEGIN:VEVENT") == made.count()
    assert letter.subject.startswith(f"Added to your calendar: {made.count()} sessions")


@pytest.mark.parametrize("hour", [0, 3, 8])
def test_at_night_it_waits_until_nine_however_late_it_is_sent(lotus: Cast, hour: int) -> None:
    with time_machine.travel(night(hour), tick=False):
        [mail] = added(lotus)
        with pytest.raises(Later) as early:
            render(mail)
        assert early.value.until.astimezone(TORONTO).strftime("%H:%M") == "09:00"
        due = OutboxMessage.objects.get(topic="delivery.queued").due_at
        assert timedelta() < early.value.until - now() < timedelta(hours=9, minutes=1)
        asked = OutboxMessage.objects.get(topic="delivery.queued")
        with pytest.raises(outbox.Continue) as again:
            send_delivery(asked)
        assert again.value.after == early.value.until - now()
    assert due > OutboxMessage.objects.get(topic="delivery.queued").created_at + timedelta(minutes=30)
    with time_machine.travel(night(22), tick=False), pytest.raises(Later):
        render(mail)


def test_she_is_told_every_four_weeks_at_most_and_then_of_everything(lotus: Cast) -> None:
    [mail] = added(lotus)
    with time_machine.travel(now() + timedelta(weeks=2), tick=False):
        assert added(lotus, trainer="trainer", starts=f"{day()}T17:00") == [mail]
    with time_machine.travel(now() + timedelta(weeks=4, hours=1), tick=False):
        later = added(lotus, trainer="trainer", starts=f"{day()}T19:00")
        assert len(later) == 2


def test_what_was_made_with_its_series_is_told_by_its_own_mail(lotus: Cast) -> None:
    series = series_of(lotus, ENDLESS, clients=("Client",))
    queue_sessions_added(series_id=series.pk)
    assert not Delivery.objects.filter(template="sessions_added").exists()
