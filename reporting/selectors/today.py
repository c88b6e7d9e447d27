"""What the studio's first page shows: the day's sessions, the figures beside those before, and what needs a hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, Max, Q, Sum, Value

from billing.models import Invoice
from billing.selectors import AgeBucket, receivables_by_age
from billing.services.drafts import LocalDate, billable_bookings
from billing.tax import levies_on
from clients.models import Client
from fitflow.core.money import ZERO
from reporting.periods import Grain, Period, last_months, month_start, slices, whole_month
from reporting.policies import require_money, sessions_counted
from reporting.selectors.attendance import CAME, MISSED, Turnout, bookings_on, sessions_on
from reporting.selectors.ledger import Books, books_by_slice
from reporting.selectors.receivables import late_invoices
from studios.shared.models import Studio
from studios.shared.policies import Actor
from trainers.models import Service, Session, TrainerProfile

MONTHS = 6  # of revenue
MONTHS_TO_INVOICE = 3  # closed ones that are looked through for sessions nobody invoiced
LATE_SHOWN = 6
FOUR_WEEKS = timedelta(days=28)
A_DAY_EITHER_WAY = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class TodaySession:
    """A session of today. `state` is a word of `fitflow.core.states`; `words` replace its own."""

    session: Session
    state: str
    words: str = ""

    @property
    def is_full(self) -> bool:
        """Whether a class has no place left."""
        session = self.session
        return session.capacity > 1 and session.booked >= session.capacity

    @property
    def is_ahead(self) -> bool:
        """Whether it is still to come, or going on."""
        return self.state in {"scheduled", "full", "now"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Sessions and attendance beside those of the stretch before. Weeks begin on Monday; attendance is of four weeks."""

    sessions: int
    sessions_before: int
    taken: int
    places: int
    to_close: int
    turnout: Turnout
    turnout_before: Turnout


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The studio's money as it stands today."""

    months: list[Books]
    to_remit: dict[str, Decimal]
    ages: list[AgeBucket]
    late: list[Invoice]
    to_invoice: Period | None

    @property
    def this_month(self) -> Books:
        """The month that is still open."""
        return self.months[-1]

    @property
    def owed(self) -> Decimal:
        """What clients owe in all."""
        return sum((age.amount for age in self.ages), ZERO)

    @property
    def late_count(self) -> int:
        """How many invoices are past their due day."""
        return sum(age.invoices for age in self.ages if age.days_from is not None)


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One of the things a new studio does first: what and why, its button and that page's URL name, and where it stands."""

    label: str
    why: str
    verb: str
    url_name: str
    done: bool
    is_next: bool


def todays_sessions(actor: Actor, at: datetime) -> list[TodaySession]:
    """Return the sessions of the day it is at each place, in time order, cancelled ones among them. One query."""
    rows = Session.objects.filter(
        sessions_counted(actor),
        ~Q(status=Session.Status.HELD),
        starts_at__range=(at - A_DAY_EITHER_WAY, at + A_DAY_EITHER_WAY),
    ).annotate(
        held_on=LocalDate("location__timezone", "starts_at"),
        today_there=LocalDate("location__timezone", Value(at)),
    )
    rows = rows.filter(held_on=F("today_there")).select_related("service", "trainer", "location", "room")
    return [TodaySession(row, *_state(row, at)) for row in rows.order_by("starts_at", "id")]


def _state(session: Session, at: datetime) -> tuple[str, str]:
    if session.status != Session.Status.SCHEDULED:
        return session.status, ""
    if session.ends_at <= at:
        return "to_close", ""
    if session.starts_at <= at:
        return "now", ""
    if session.capacity > 1 and session.booked >= session.capacity:
        return "full", f"Full, {session.waitlisted} waiting" if session.waitlisted else ""
    return "scheduled", ""


def figures(actor: Actor, at: datetime, today: date) -> Figures:
    """Return this week's sessions beside last week's, and four weeks' attendance beside the four before. Two queries."""
    monday = today - timedelta(days=today.weekday())
    rows = sessions_on(actor, monday - timedelta(days=7), monday + timedelta(days=6))
    week, held = Q(held_on__gte=monday), ~Q(status=Session.Status.CANCELLED)
    counts = rows.aggregate(
        sessions=Count("pk", filter=week & held),
        sessions_before=Count("pk", filter=~week & held),
        taken=Sum("booked", filter=week & held, default=0),
        places=Sum("capacity", filter=week & held, default=0),
        to_close=Count("pk", filter=Q(status=Session.Status.SCHEDULED, ends_at__lte=at, held_on__lt=today)),
    )
    middle = today - FOUR_WEEKS
    booked = bookings_on(actor, middle - FOUR_WEEKS + timedelta(days=1), today)
    is_recent = ExpressionWrapper(Q(held_on__gt=middle), BooleanField())
    turnout = {
        recent: Turnout(came=came, missed=missed)
        for recent, came, missed in booked.values_list(is_recent).annotate(came=CAME, missed=MISSED)
    }
    return Figures(
        **counts, turnout=turnout.get(True, Turnout()), turnout_before=turnout.get(False, Turnout())
    )


def money(actor: Actor, studio: Studio, today: date) -> Money:
    """Return the studio's money. Four queries. Raises NotPermitted to who does not read it."""
    require_money(actor)
    months = books_by_slice(slices(last_months(MONTHS, today), grain=Grain.MONTH, today=today))
    return Money(
        months=months,
        to_remit=taxes_to_remit(months, studio, today),
        ages=receivables_by_age(on=today),
        late=list(late_invoices(today)[:LATE_SHOWN]),
        to_invoice=month_to_invoice(today),
    )


def taxes_to_remit(months: Sequence[Books], studio: Studio, today: date) -> dict[str, Decimal]:
    """Return what the month around today collected of each tax the studio lately charged.

    A studio that has charged none yet is shown those of its province, at nothing.
    """
    charged = {name for books in months for name in books.taxes}
    names = charged or {levy.tax.value for levy in levies_on(province=studio.province, on=today)}
    return {name: months[-1].taxes.get(name, ZERO) for name in sorted(names)}


def month_to_invoice(today: date) -> Period | None:
    """Return the latest closed month in which something was held and not invoiced; None where all is. One query."""
    first, last = month_start(today, -MONTHS_TO_INVOICE), month_start(today) - timedelta(days=1)
    waiting = billable_bookings(period_from=first, period_to=last)
    held_on = waiting.order_by().aggregate(latest=Max("held_on"))["latest"]
    return whole_month(held_on) if held_on else None


def first_steps(studio: Studio) -> list[FirstStep] | None:
    """Return what a new studio does first and what of it is done; None once a session was ever scheduled. One query."""
    has_sessions, has_services, has_trainers, has_clients = Studio.objects.values_list(
        Exists(Session.objects.all()),
        Exists(Service.objects.filter(is_active=True)),
        Exists(TrainerProfile.objects.filter(is_active=True)),
        Exists(Client.objects.all()),
    ).get(pk=studio.pk)
    if has_sessions:
        return None
    steps = [
        (
            "Add what you sell",
            "A service: how long it takes and what it costs.",
            "Add service",
            "service_new",
            has_services,
        ),
        (
            "Invite your trainers",
            "Each sees her own calendar, and none of your money.",
            "Invite",
            "team",
            has_trainers,
        ),
        ("Add a client", "A name is enough to begin with.", "Add client", "client_new", has_clients),
        ("Book the first session", "The client hears of it by e-mail.", "Book session", "session_new", False),
    ]
    following = next(place for place, step in enumerate(steps) if not step[-1])
    return [FirstStep(*step, is_next=place == following) for place, step in enumerate(steps)]
