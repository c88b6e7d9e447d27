"""What a period's sessions cost each client, before anything is made: the same drafts are previewed and issued."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import DateField, Exists, F, Func, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from billing.models import BillingSettings, InvoiceLine
from billing.tax import Quote, Rounding, TaxableLine, quote, tax_point
from clients.models import Client
from fitflow.core.clock import now
from fitflow.core.formats import money_text
from fitflow.core.money import to_cents
from trainers.models import Booking, Session
from trainers.services.scheduling import UNDO_WITHIN


class LocalDate(Func):
    """The date of an instant in a zone: `LocalDate(zone, instant)`."""

    template = "(timezone(%(expressions)s))::date"
    output_field = DateField()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A booking as it will stand on an invoice. `amount` is what was agreed, or the part of it a fee takes."""

    booking_id: UUID
    trainer_id: UUID
    description: str
    detail: str
    happened_on: date
    amount: Decimal
    price_includes_tax: bool
    tax_category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One invoice to be: a client's lines of one province, and the tax they bear on the day it would be issued."""

    client: Client
    province: str
    lines: tuple[DraftLine, ...]
    quote: Quote


def billable_bookings(
    *, period_from: date, period_to: date, client_id: UUID | str | None = None
) -> QuerySet[Booking]:
    """Return the bookings to invoice: held within the period (dates at the location), on no line yet, and not free.

    Who came (or was not marked) to a completed session pays its price; who did not come, or cancelled late, pays the
    fee that was settled then, if any. A late cancellation is owed whatever became of the session afterwards, but not by who
    booked it again, and not while it can still be undone. What was charged elsewhere before it was imported is never owed here.
    """
    came = Q(status=Booking.Status.BOOKED, session__status=Session.Status.COMPLETED, price__gt=0)
    came &= Q(attendance__in=["", Booking.Attendance.PRESENT])
    missed = Q(status=Booking.Status.BOOKED, session__status=Session.Status.COMPLETED)
    missed &= Q(attendance=Booking.Attendance.NO_SHOW)
    again = Booking.objects.filter(
        session=OuterRef("session"), client=OuterRef("client"), status=Booking.Status.BOOKED
    )
    late = Q(status=Booking.Status.CANCELLED, late_cancel=True) & ~Q(Exists(again))
    late &= ~Q(cancelled_at__gte=now() - UNDO_WITHIN)
    # Half a cent is the least that rounds to one.
    worth_a_fee = Q(full_fee__gte=Decimal("0.5"))
    stands = InvoiceLine.objects.filter(booking=OuterRef("pk"), released=False, credits_line=None)
    found = (
        Booking.objects.annotate(
            held_on=LocalDate("session__location__timezone", "session__starts_at"),
            full_fee=F("price") * Coalesce("fee_percent", "session__service__late_fee_percent"),
        )
        .filter(came | ((missed | late) & worth_a_fee), ~Exists(stands), settled_elsewhere=False)
        .filter(session__starts_at__range=_instants_around(period_from, period_to))
        .filter(held_on__gte=period_from, held_on__lte=period_to)
    )
    return found.filter(client_id=client_id) if client_id else found


def _instants_around(first: date, last: date) -> tuple[datetime, datetime]:
    """Return instants that enclose both days in every zone of the earth, so that the index on the start is used."""
    return (
        datetime.combine(first - timedelta(days=1), time(), UTC),
        datetime.combine(last + timedelta(days=2), time(), UTC),
    )


def draft_invoices(
    bookings: QuerySet[Booking], *, settings: BillingSettings, on: date, zone: str
) -> list[Draft]:
    """Return the invoices these bookings make if issued `on`: one for each client and province of supply.

    Place of supply is where the session was held; the tax point is the day of issue, when the amount becomes due (Excise
    Tax Act, s. 152(1) and 168(1)). Raises TaxError where a sale's tax is not known.
    """
    point = tax_point(paid_at=None, due_on=on, zone=ZoneInfo(zone))
    grouped: dict[tuple[UUID, str], list[Booking]] = defaultdict(list)
    for booking in with_session(bookings):
        grouped[booking.client_id, booking.session.location.province].append(booking)
    return [
        draft_invoice(rows, province=province, settings=settings, on=point)
        for (_, province), rows in grouped.items()
    ]


def with_session(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Return the bookings with all that a line prints, clients by name and sessions in time order."""
    return bookings.select_related(
        "client", "session__service", "session__trainer", "session__location"
    ).order_by("client__name", "client_id", "session__location__province", "session__starts_at", "id")


def draft_invoice(
    bookings: Sequence[Booking], *, province: str, settings: BillingSettings, on: date
) -> Draft:
    """Return the draft of one client's bookings in one province; raises TaxError."""
    charges = [_charge(booking) for booking in bookings]
    answer = quote(
        province=province,
        on=on,
        lines=charges,
        registered=settings.gst_registered,
        qst_registered=settings.qst_registered,
        pst_registered=settings.pst_registered,
        rounding=Rounding(settings.rounding),
    )
    lines = tuple(
        _line(booking, charge, taxed=bool(line.taxes))
        for booking, charge, line in zip(bookings, charges, answer.lines, strict=True)
    )
    return Draft(client=bookings[0].client, province=province, lines=lines, quote=answer)


def fee_percent_of(booking: Booking) -> int:
    """Return what a late cancel or a no-show costs in percent; those of before fees were settled, what the service says."""
    settled = booking.fee_percent
    return booking.session.service.late_fee_percent if settled is None else settled


def _fee_of(booking: Booking) -> str:
    """Return what kind of fee a booking bears, or nothing where it bears its whole price."""
    if booking.status == Booking.Status.CANCELLED:
        return "Late cancellation fee"
    return "No-show fee" if booking.attendance == Booking.Attendance.NO_SHOW else ""


def _charge(booking: Booking) -> TaxableLine:
    """Return the amount a booking costs. A forfeited price is taken to include the tax (Excise Tax Act, s. 182)."""
    fee = bool(_fee_of(booking))
    part = booking.price * fee_percent_of(booking) / 100 if fee else booking.price
    return TaxableLine(
        amount=to_cents(part),
        category=booking.tax_category,
        price_includes_tax=fee or booking.price_includes_tax,
    )


def _line(booking: Booking, charge: TaxableLine, *, taxed: bool) -> DraftLine:
    session, fee = booking.session, _fee_of(booking)
    minutes = round((session.ends_at - session.starts_at).total_seconds() / 60)
    what = f"{session.service.name}, {minutes} min"
    included = taxed and charge.price_includes_tax
    if fee:
        description = f"{fee}{' (tax included)' if included else ''}: {what}"
        detail = f"{fee_percent_of(booking)}% of {money_text(booking.price)}"
    else:
        description = what
        detail = f"with {session.trainer.name}" + (
            f", {money_text(charge.amount)} tax included" if included else ""
        )
    return DraftLine(
        booking_id=booking.pk,
        trainer_id=session.trainer_id,
        description=description[:200],
        detail=detail,
        happened_on=session.starts_at.astimezone(ZoneInfo(session.location.timezone)).date(),
        amount=charge.amount,
        price_includes_tax=charge.price_includes_tax,
        tax_category=charge.category,
    )
