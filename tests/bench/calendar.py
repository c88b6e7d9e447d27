"""600 sessions a week: what a week's JSON costs against json_agg of the same rows, and how week and month behave in Chromium."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from fitflow.accounts.services import create_person
from fitflow.core import clock
from fitflow.tenancy.context import studio_context
from studios.shared.models import Role
from studios.shared.selectors import actor_in
from studios.shared.services import add_member
from tests.bench.figures import Figure
from tests.bench.ground import ROUNDS, ground
from tests.bench.tenancy import Caller
from tests.bench.timetable import _connect, _each, _each_request
from tests.cast import Cast
from tests.server import Server, running_server
from trainers import selectors_sql
from trainers.models import Booking, Session, TrainerProfile
from trainers.selectors_sql import Wanted

TRAINERS, A_DAY, DAYS = 12, 10, 5
WEEKS = 5  # a month's page draws up to six weeks; those after the first are copies of it
ZONE = "America/Toronto"
TURNS = 10
WATCH_FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const step = (now) => { window.frames_.push(now - last); last = now; if (window.frames_) requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""


def _monday() -> date:
    today = clock.today(ZONE)
    return today + timedelta(days=7 - today.weekday())


def _fill(cast: Cast) -> None:
    """Give twelve trainers ten sessions a day from Monday to Friday, a client in each."""
    people = [
        create_person(
            email=f"bench{number}@fitflow.test", password="a-long-bench-password", name=f"Trainer {number}"
        )
        for number in range(TRAINERS)
    ]
    for person in people:
        add_member(studio=cast.lotus, user=person, role=Role.TRAINER)
    with studio_context(cast.lotus):
        trainers = [
            TrainerProfile.objects.get_or_create(user=person, defaults={"name": person.name})[0]
            for person in people
        ]
        monday = datetime.combine(_monday(), datetime.min.time(), ZoneInfo(ZONE))
        service, location, client = cast.service(), cast.location(), cast.client("Client")
        for trainer, day, hour in product(trainers, range(DAYS), range(A_DAY)):
            at = monday + timedelta(days=day, hours=8 + hour)
            made = Session.objects.create(
                service=service,
                trainer=trainer,
                location=location,
                starts_at=at,
                ends_at=at + timedelta(hours=1),
                capacity=1,
            )
            Booking.objects.create(session=made, client=client, price="80.00", tax_category="fitness")


COPY = """
WITH made AS (
    INSERT INTO trainers_session
    SELECT (jsonb_populate_record(session, jsonb_build_object('id', gen_random_uuid(), 'booked', 0,
        'starts_at', session.starts_at + week * interval '7 days', 'ends_at', session.ends_at + week * interval '7 days'))).*
    FROM trainers_session AS session, generate_series(1, %s) AS week
    RETURNING id
)
INSERT INTO trainers_booking
SELECT (jsonb_populate_record(model, jsonb_build_object('id', gen_random_uuid(), 'session_id', made.id))).*
FROM trainers_booking AS model, made WHERE model.id = (SELECT id FROM trainers_booking LIMIT 1)
"""


def _fill_month(cast: Cast) -> None:
    """Give the weeks after it the same 600 sessions."""
    with studio_context(cast.lotus), connection.cursor() as cursor:
        cursor.execute(COPY, [WEEKS - 1])
        cursor.execute("ANALYZE trainers_session, trainers_booking")


def _cookie(cast: Cast) -> str:
    browser = Client()
    browser.force_login(cast.user["owner"], backend=settings.AUTHENTICATION_BACKENDS[0])
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def _json(cast: Cast, cookie: str) -> tuple[float, float, int]:
    """Return the seconds of the page's JSON and of json_agg of the same rows, in turns; and how many rows."""
    first, last = _monday(), _monday() + timedelta(days=7)
    caller = Caller(
        "product",
        BENCH_PATH="/calendar/events/",
        BENCH_QUERY=f"view=week&date={first}&from={first}&to={last}",
        BENCH_HOST=f"lotus.{settings.PUBLIC_HOST}",
        BENCH_COOKIE=f"{settings.SESSION_COOKIE_NAME}={cookie}",
    )
    starts, ends = clock.day_bounds(first, ZONE)[0], clock.day_bounds(last, ZONE)[0]
    wanted, actor = Wanted(starts=starts, ends=ends), actor_in(cast.user["owner"], cast.lotus)
    statement = f"SELECT json_agg(found ORDER BY starts_at, id)::text FROM ({selectors_sql.rows(actor, wanted)}) AS found"
    values = selectors_sql.parameters(actor, wanted)
    page, bare = [], []
    with _connect(cast.lotus.schema_name) as raw:

        def ask() -> bytes:
            row = raw.execute(statement, values).fetchone()
            assert row is not None
            return str(row[0]).encode()

        rows = len(orjson.loads(ask()))
        for _ in range(ROUNDS):
            turns = [(_each_request(caller), _each(ask)) for _ in range(TURNS // 5)]
            page.append(mean(turn[0] for turn in turns))
            bare.append(mean(turn[1] for turn in turns))
    caller.end()
    return median(page), median(bare), rows


def _ready(page: Page, address: str, rows: int) -> float:
    """Return the seconds from asking for the page until every session is drawn and nothing is under way."""
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(f"#calendar[data-drawn='{rows}']").wait_for(state="attached")
    drawn = time.perf_counter() - start
    page.wait_for_load_state("networkidle")
    # Playwright's "networkidle" is half a second of silence, part of which may pass while the sessions are drawn.
    return max(drawn, time.perf_counter() - start - 0.5)


def _slowest(page: Page, act: Any) -> float:
    page.evaluate(WATCH_FRAMES)
    act()
    frames: list[float] = page.evaluate(
        "() => { const seen = window.frames_; window.frames_ = null; return seen; }"
    )
    return max(frames[2:])


def _scroll(page: Page) -> None:
    page.mouse.move(700, 500)
    for _ in range(30):
        page.mouse.wheel(0, 60)
        page.wait_for_timeout(16)


def _drag(page: Page, session: int) -> None:
    """Bring a session into view, take it elsewhere, and put it back."""
    taken = page.locator(".cg-scroll a.ev").nth(session)
    taken.evaluate("node => node.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })")
    box = taken.bounding_box()
    assert box
    page.mouse.move(box["x"] + 5, box["y"] + 10)
    page.mouse.down()
    for step in range(30):
        page.mouse.move(box["x"] + 5 + step * 8, box["y"] + 10 + step * 3)
        page.wait_for_timeout(16)
    assert page.locator(".is-ghost").count() == 1, "nothing was dragged"
    page.keyboard.press("Escape")
    page.mouse.up()


@dataclass(frozen=True)
class Seen:
    """Of one view: seconds until it is ready, and its slowest frames in milliseconds."""

    ready: float
    scrolled: float
    dragged: float


def _watch(page: Page, address: str, rows: int, drawn: int) -> Seen:
    ready = [_ready(page, address, rows) for _ in range(ROUNDS + 1)][1:]
    assert page.locator(".cg-scroll a.ev").count() == drawn
    return Seen(
        ready=median(ready),
        scrolled=median(_slowest(page, lambda: _scroll(page)) for _ in range(ROUNDS)),
        dragged=median(_slowest(page, lambda: _drag(page, drawn // 15)) for _ in range(ROUNDS)),
    )


def _browse(server: Server, cookie: str) -> tuple[Seen, Seen]:
    """Look at the week of 600, and at the month whose every working day has 120 (of which three are drawn)."""
    week = TRAINERS * A_DAY * DAYS
    month = _monday() + timedelta(days=7)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("FITFLOW_CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking", "--no-first-run"],
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": cookie,
                    "domain": f".{settings.PUBLIC_HOST}",
                    "path": "/",
                }
            ]
        )
        page = context.new_page()
        seen = _watch(page, server.url(f"/calendar/?view=week&date={_monday()}", studio="lotus"), week, week)
        days = _days_of_month(month)
        of_month = _watch(
            page,
            server.url(f"/calendar/?view=month&date={month}", studio="lotus"),
            days * TRAINERS * A_DAY,
            days * 3,
        )
        browser.close()
    return seen, of_month


def _days_of_month(day: date) -> int:
    """Return how many days with sessions the page of a month draws."""
    first = day.replace(day=1)
    first -= timedelta(days=first.weekday())
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    last += timedelta(days=6 - last.weekday())
    drawn = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    filled = [
        _monday() + timedelta(days=7 * week + number) for week in range(WEEKS) for number in range(DAYS)
    ]
    return len(set(drawn) & set(filled))


def main() -> list[Figure]:
    """Measure the JSON in turns with json_agg; then the page: ready, scrolled, dragged."""
    with ground() as cast:
        _fill(cast)
        cookie = _cookie(cast)
        page, bare, rows = _json(cast, cookie)
        assert rows == TRAINERS * A_DAY * DAYS, rows
        _fill_month(cast)
        with running_server() as server:
            week, month = _browse(server, cookie)
    return [
        Figure(
            f"a week's {rows} sessions as the page asks for them / json_agg of them",
            page / bare,
            4.0,
            "times",
        ),
        Figure("the same", page * 1e3, None, "ms"),
        Figure("json_agg of them", bare * 1e3, None, "ms"),
        Figure("the week's page, until all are drawn and nothing is under way", week.ready, 1.0, "s"),
        Figure("its slowest frame while scrolling", week.scrolled, 50.0, "ms"),
        Figure("its slowest frame while dragging", week.dragged, 50.0, "ms"),
        Figure("the page of a month with 600 a week, until the same", month.ready, 1.0, "s"),
        Figure("its slowest frame while scrolling", month.scrolled, 50.0, "ms"),
        Figure("its slowest frame while dragging", month.dragged, 50.0, "ms"),
    ]
