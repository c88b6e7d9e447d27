"""Who reads what was trained: its trainer; clients what is shared; who runs the studio only how much there is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fitflow.core.clock import now
from fitflow.core.formats import short_day_text
from fitflow.tenancy.context import enter, leave
from studios.models import AuditEvent
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.board.plan import heavy, logged, running, squat
from trainers.log_policies import visible_entries
from trainers.models import Session, TrainerProfile
from trainers.selectors_log import session_log, shared_logs
from trainers.services import book_client, complete_session, mark_attendance, share_log


def test_last_time_is_the_latest_of_her_own_sessions_before_this_one(lotus: Cast) -> None:
    exercise = squat(lotus)
    before = {days: running(lotus, starts_at=now() - timedelta(days=days)) for days in (21, 14, 7)}
    for days, load in ((21, "30"), (14, "40")):
        for _ in range(3):
            logged(lotus, before[days], exercise, heavy(load=load))
    today = running(lotus)
    logged(lotus, today, exercise, heavy(load="45"))
    entry = session_log(lotus.actor("lead"), today).entries[0]
    assert entry.last is not None
    assert entry.last.words == "3 × 8 × 40 kg"
    assert entry.last.at == before[14].starts_at
    page = browser_of_lead(lotus, f"/sessions/{today.pk}/")
    day = short_day_text(before[14].starts_at, "America/Toronto")
    assert f"Last time 3 × 8 × 40 kg, {day}" in words_of(page)


def browser_of_lead(cast: Cast, path: str) -> Any:
    leave()
    return browser_of(cast, "lead").get(path)


def test_another_trainers_sessions_are_no_last_time(lotus: Cast) -> None:
    exercise = squat(lotus)
    theirs = running(lotus, trainer="trainer", starts_at=now() - timedelta(days=7))
    logged(lotus, theirs, exercise, actor="trainer")
    assert session_log(lotus.actor("lead"), running(lotus)).last == []
    assert len(session_log(lotus.actor("trainer"), running(lotus, trainer="trainer")).last) == 1


def test_who_runs_the_studio_sees_how_much_and_not_what(lotus: Cast) -> None:
    session = running(lotus)
    logged(lotus, session, squat(lotus))
    for person in ("owner", "manager"):
        log = session_log(lotus.actor(person), session)
        assert (log.entries, log.last, log.people, log.exercise_count) == ([], [], [], 1)
    other = session_log(lotus.actor("trainer"), session)
    assert (other.entries, other.exercise_count) == ([], 0)


def test_a_client_reads_her_own_and_the_groups_once_it_is_shared(lotus: Cast) -> None:
    session, exercise = running(lotus, service="Class"), squat(lotus)
    other = lotus.client("Étienne Caron")
    book_client(actor=lotus.actor("lead"), session_id=session.pk, client_id=other.pk)
    for name in ("Client", "Étienne Caron", None):
        logged(lotus, session, exercise, client=name)
    client = lotus.actor("client")
    assert not visible_entries(client).exists()
    share_log(actor=lotus.actor("lead"), session_id=session.pk, shared=True)
    assert {entry.client_id for entry in visible_entries(client)} == {lotus.client().pk, None}
    assert len(shared_logs(client, [session.pk])[session.pk]) == 2
    share_log(actor=lotus.actor("lead"), session_id=session.pk, shared=False)
    assert not visible_entries(client).exists()


def test_who_did_not_come_reads_nothing_of_the_group(lotus: Cast) -> None:
    session = running(lotus, service="Class")
    logged(lotus, session, squat(lotus), client=None)
    share_log(actor=lotus.actor("lead"), session_id=session.pk, shared=True)
    booking = session.bookings.get()
    mark_attendance(actor=lotus.actor("lead"), booking_id=booking.pk, attendance="no_show")
    assert not visible_entries(lotus.actor("client")).exists()


def test_the_portal_shows_a_shared_log_and_no_other(lotus: Cast) -> None:
    session = running(lotus, starts_at=now() - timedelta(hours=3))
    logged(lotus, session, squat(lotus), heavy(5, "52.5"))
    complete_session(actor=lotus.actor("lead"), session_id=session.pk)
    leave()
    browser = browser_of(lotus, "client")
    assert "52.5" not in words_of(browser.get("/portal/sessions/?show=past"))
    enter(lotus.lotus)
    share_log(actor=lotus.actor("lead"), session_id=session.pk, shared=True)
    leave()
    assert "Back squat 5 × 52.5 kg" in words_of(browser.get("/portal/sessions/?show=past"))


def reads(cast: Cast) -> list[tuple[str, Any]]:
    enter(cast.lotus)
    rows = AuditEvent.objects.filter(action="log.read").order_by("seq")
    return [(row.actor_name, row.facts["session"]) for row in rows]


def test_who_reads_what_somebody_else_logged_stands_in_the_trail_once_a_day(lotus: Cast) -> None:
    session = running(lotus)
    logged(lotus, session, squat(lotus))
    leave()
    Caller(lotus, "lead").get(f"sessions/{session.pk}/log")
    browser_of(lotus, "owner").get(f"/sessions/{session.pk}/")
    Caller(lotus, "client").get(f"sessions/{session.pk}/log")
    assert reads(lotus) == []
    share_log(actor=lotus.actor("lead"), session_id=session.pk, shared=True)
    for _ in range(2):
        leave()
        answer = Caller(lotus, "client").get(f"sessions/{session.pk}/log")
        assert len(answer.data["entries"]) == 1
    assert reads(lotus) == [("Client", str(session.pk))]


def test_who_takes_a_session_over_reads_its_log_on_record(lotus: Cast) -> None:
    session = running(lotus)
    logged(lotus, session, squat(lotus))
    other = TrainerProfile.objects.get(user=lotus.user["trainer"])
    Session.objects.filter(pk=session.pk).update(trainer=other)
    for path, shown in (
        (f"/sessions/{session.pk}/", 'value="40"'),
        (f"/sessions/{session.pk}/screen/", "40 kg"),
    ):
        leave()
        assert shown in browser_of(lotus, "trainer").get(path).content.decode(), path
        assert reads(lotus) == [("Trainer", str(session.pk))]


def test_a_client_who_looks_at_her_past_sessions_is_on_record(lotus: Cast) -> None:
    session = running(lotus, starts_at=now() - timedelta(days=1))
    logged(lotus, session, squat(lotus))
    mark_attendance(actor=lotus.actor("lead"), booking_id=session.bookings.get().pk, attendance="present")
    complete_session(actor=lotus.actor("lead"), session_id=session.pk)
    share_log(actor=lotus.actor("lead"), session_id=session.pk, shared=True)
    leave()
    browser_of(lotus, "client").get("/portal/sessions/")
    assert reads(lotus) == []
    leave()
    assert "40 kg" in words_of(browser_of(lotus, "client").get("/portal/sessions/?show=past"))
    assert reads(lotus) == [("Client", str(session.pk))]
