"""Two invoice runs at once, and many payments at once: real threads, real connections, real commits.

Each race has a negative control: the same race with its guard taken away must go wrong, or the test could not see it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Sum

from billing import services
from billing.models import Invoice, InvoiceLine, InvoiceRun, Payment
from billing.selectors import ledger_balances
from billing.services import drafts, payments, runs
from clients.models import Client
from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.models import Location
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.scratch import at_once, scratch_person, scratch_studio
from trainers.models import Booking, Service, Session, TrainerProfile

pytestmark = pytest.mark.race

PERIOD: dict[str, Any] = {"period_from": date(2026, 10, 1), "period_to": date(2026, 10, 31)}
CLIENTS, DAYS = 6, 3


@pytest.fixture
def studio(django_db_setup: None, django_db_blocker: Any) -> Iterator[Studio]:
    """A studio in which six clients came to three classes each."""
    with django_db_blocker.unblock(), scratch_person() as person, scratch_studio(trainer=person) as made:
        with studio_context(made):
            _hold_classes()
        yield made


def _hold_classes() -> None:
    service = Service.objects.get(name="Class")
    clients = [Client.objects.create(name=f"Client {number}") for number in range(CLIENTS)]
    for day in range(1, DAYS + 1):
        starts_at = datetime(2026, 10, day, 10, tzinfo=ZoneInfo("America/Toronto"))
        session = Session.objects.create(
            service=service,
            trainer=TrainerProfile.objects.get(),
            location=Location.objects.get(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            capacity=service.capacity,
        )
        for client in clients:
            Booking.objects.create(
                session=session, client=client, price=service.price, tax_category=service.tax_category
            )
        Session.objects.filter(pk=session.pk).update(status=Session.Status.COMPLETED)


def without(studio: Studio, statement: str) -> None:
    """Take a guard away in a scratch studio, as its own database role."""
    with studio_context(studio), connection.cursor() as cursor:
        cursor.execute(statement)


def slow_drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a pause between reading what is billable and writing it."""
    draft = drafts.draft_invoices

    def pause(*args: Any, **kwargs: Any) -> Any:
        found = draft(*args, **kwargs)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(runs, "draft_invoices", pause)


def run_at_once(studio: Studio, ids: list[UUID]) -> list[Any]:
    """Carry the runs out at the same moment; return how each ended."""

    def call(run_id: UUID) -> Callable[[], InvoiceRun]:
        def carry_out() -> InvoiceRun:
            with studio_context(studio):
                return services.advance_invoice_run(run_id=run_id)

        return carry_out

    return at_once([call(run_id) for run_id in ids])


def ask_for(studio: Studio, times: int) -> list[UUID]:
    with studio_context(studio):
        return [services.request_invoice_run(actor=SYSTEM, **PERIOD).pk for _ in range(times)]


def lines_by_booking() -> Counter[int]:
    """Return how many bookings stand on how many lines."""
    lines = Counter(InvoiceLine.objects.values_list("booking_id", flat=True))
    return Counter(lines.values())


def assert_all_invoiced_once(studio: Studio) -> None:
    with studio_context(studio):
        assert lines_by_booking() == {1: CLIENTS * DAYS}
        numbers = list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True))
        assert numbers == list(range(1, CLIENTS + 1))
        assert sum(ledger_balances().values()) == 0


def test_two_runs_at_once_put_each_booking_on_one_line(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_drafts(monkeypatch)
    ended = run_at_once(studio, ask_for(studio, 2))
    assert [run.status for run in ended] == ["completed", "completed"]
    assert [run.errors for run in ended] == [[], []]
    assert_all_invoiced_once(studio)


def test_one_run_carried_out_by_two_workers_at_once(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_drafts(monkeypatch)
    (run_id,) = ask_for(studio, 1)
    ended = run_at_once(studio, [run_id, run_id])
    assert {type(result).__name__ for result in ended} == {"InvoiceRun"}
    assert_all_invoiced_once(studio)
    with studio_context(studio):
        run = InvoiceRun.objects.get()
        assert (run.status, run.done, run.total, run.errors) == ("completed", CLIENTS, CLIENTS, [])


def test_the_constraint_alone_holds_without_the_lock(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_drafts(monkeypatch)
    monkeypatch.setattr(runs, "lock_in_transaction", lambda *names: None)
    monkeypatch.setattr(runs, "_lock_bookings", lambda bookings: bookings)
    run_at_once(studio, ask_for(studio, 2))
    with studio_context(studio):
        assert set(lines_by_booking()) == {1}
        numbers = list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_control_without_lock_and_constraint_bookings_are_invoiced_twice(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_drafts(monkeypatch)
    monkeypatch.setattr(runs, "lock_in_transaction", lambda *names: None)
    monkeypatch.setattr(runs, "_lock_bookings", lambda bookings: bookings)
    without(studio, "DROP INDEX booking_on_one_line")
    run_at_once(studio, ask_for(studio, 2))
    with studio_context(studio):
        assert lines_by_booking()[2] > 0


def pay_at_once(studio: Studio, times: int) -> Counter[str]:
    """Let that many people pay half of the first invoice at the same moment; return how it ended for them."""
    with studio_context(studio):
        invoice = Invoice.objects.order_by("sequence")[0]
        half = invoice.total / 2

        def call() -> Payment:
            with studio_context(studio):
                return services.record_payment(
                    actor=SYSTEM,
                    invoice_id=invoice.pk,
                    amount=half.quantize(Decimal("0.01")),
                    method="cash",
                    received_on=services.studio_today(),
                )

    return Counter(type(result).__name__ for result in at_once([call] * times))


@pytest.fixture
def invoiced_studio(studio: Studio) -> Studio:
    with studio_context(studio):
        run = services.request_invoice_run(actor=SYSTEM, **PERIOD)
        services.advance_invoice_run(run_id=run.pk)
    return studio


def slow_payers(monkeypatch: pytest.MonkeyPatch, *, locked: bool = True) -> None:
    """Put a pause between checking what is owed and writing the payment; `locked` False takes the row's lock away."""
    lock = payments.lock_invoice

    def pause(invoice_id: UUID) -> Invoice:
        found = lock(invoice_id) if locked else Invoice.objects.select_related("client").get(pk=invoice_id)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(payments, "lock_invoice", pause)


def paid(studio: Studio) -> tuple[Decimal, Decimal]:
    """Return what was recorded in payments for the first invoice, and its total."""
    with studio_context(studio):
        invoice = Invoice.objects.order_by("sequence")[0]
        return invoice.payments.aggregate(sum=Sum("amount"))["sum"], invoice.total


def test_of_many_payments_at_once_only_what_is_owed_is_taken(
    invoiced_studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_payers(monkeypatch)
    assert pay_at_once(invoiced_studio, 10) == {"Payment": 2, Conflict.__name__: 8}
    recorded, total = paid(invoiced_studio)
    assert recorded == total


def test_the_database_alone_refuses_who_overlooked_another_payment(
    invoiced_studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_payers(monkeypatch, locked=False)
    ended = pay_at_once(invoiced_studio, 10)
    recorded, total = paid(invoiced_studio)
    assert set(ended) <= {"Payment", Conflict.__name__}
    assert 0 < recorded <= total


def test_control_without_lock_and_rule_more_is_paid_than_owed(
    invoiced_studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_payers(monkeypatch, locked=False)
    for table in ("invoice", "payment"):
        without(invoiced_studio, f"ALTER TABLE billing_{table} DISABLE TRIGGER billing_{table}_settled")
    pay_at_once(invoiced_studio, 10)
    recorded, total = paid(invoiced_studio)
    assert recorded > total
