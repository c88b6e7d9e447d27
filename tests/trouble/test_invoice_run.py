"""The month is invoiced while workers and couriers are killed and Redis is flushed and restarted.

In the end each booking stands on one line, the numbers have no gap, and each invoice has one PDF and one mail.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Count

from billing.models import Invoice, InvoiceDocumentFile, InvoiceLine, InvoiceRun
from billing.services import request_invoice_run
from clients.models import Client
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from notifications.models import Delivery
from studios.models import Location
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.billing.make import assert_books_agree
from tests.trouble.mail import subjects
from tests.trouble.plant import Plant, until
from trainers.models import Booking, Service, Session, TrainerProfile

pytestmark = [pytest.mark.race, pytest.mark.slow]
CLIENTS, CLASSES = 48, 3
TORONTO = ZoneInfo("America/Toronto")


def hold_classes(studio: Studio) -> None:
    """Insert classes of October that were held, three groups of twelve clients, each in four of them."""
    with studio_context(studio):
        what, trainer = Service.objects.get(name="Class"), TrainerProfile.objects.get()
        place = Location.objects.get()
        people = [
            Client(name=f"Client {number:02}", email=f"client{number:02}@example.com")
            for number in range(CLIENTS)
        ]
        Client.objects.bulk_create(people)
        for group in range(CLIENTS // 12):
            for number in range(CLASSES):
                starts_at = datetime(2026, 10, 1 + number, 8 + 2 * group, tzinfo=TORONTO)
                session = Session.objects.create(
                    service=what,
                    trainer=trainer,
                    location=place,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(hours=1),
                    capacity=12,
                )
                for client in people[group * 12 : group * 12 + 12]:
                    Booking.objects.create(
                        session=session,
                        client=client,
                        attendance="present",
                        price=what.price,
                        tax_category=what.tax_category,
                    )
                Session.objects.filter(pk=session.pk).update(status="completed")


def count(studio: Studio, model: type[Invoice] | type[InvoiceDocumentFile]) -> int:
    with studio_context(studio):
        return model.objects.count()


def test_a_month_is_invoiced_whole_whatever_is_killed(plant: Plant, studio: Studio) -> None:
    hold_classes(studio)
    plant.start("worker", "courier", "beat")
    with studio_context(studio):
        run = request_invoice_run(actor=SYSTEM, period_from=date(2026, 10, 1), period_to=date(2026, 10, 31))

    # In the middle of the invoices, and again in the middle of the PDFs.
    until(lambda: count(studio, Invoice) >= 5, 60, "five invoices")
    plant.kill("worker")
    assert count(studio, Invoice) < CLIENTS, "the run was under way"
    plant.flush_redis()
    plant.start("worker")
    until(lambda: count(studio, InvoiceDocumentFile) >= 5, 90, "five PDFs")
    plant.kill("worker")
    assert count(studio, InvoiceDocumentFile) < CLIENTS, "PDFs were under way"
    plant.kill("redis")
    plant.start_redis()
    plant.start("worker")
    # In the middle of the mails.
    until(lambda: len(subjects(plant.folder)) >= 8, 90, "eight mails")
    plant.kill("courier")
    assert len(subjects(plant.folder)) < CLIENTS, "mail was under way"
    plant.start("courier")
    until(lambda: len(subjects(plant.folder)) >= CLIENTS, 180, "all mails")
    until(lambda: _nothing_waits(studio), 60, "nothing waits")

    with studio_context(studio):
        _assert_complete(run)
        _assert_printed(plant.folder, studio)
        _assert_mailed(plant.folder)


def _nothing_waits(studio: Studio) -> bool:
    with studio_context(None):
        rows = OutboxMessage.objects.filter(studio_id=studio.id).exclude(state=OutboxMessage.State.DONE)
        return not rows.exists()


def _assert_complete(run: InvoiceRun) -> None:
    run.refresh_from_db()
    assert (run.status, run.done, run.total, run.errors) == ("completed", CLIENTS, CLIENTS, [])
    lines = Counter(InvoiceLine.objects.values_list("booking_id", flat=True))
    assert set(lines) == set(Booking.objects.values_list("pk", flat=True))
    assert set(lines.values()) == {1}, "each booking stands on one line"
    assert list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True)) == list(
        range(1, CLIENTS + 1)
    )
    assert set(Invoice.objects.annotate(n=Count("lines")).values_list("n", flat=True)) == {CLASSES}
    assert_books_agree()


def _assert_printed(folder: Path, studio: Studio) -> None:
    documents = InvoiceDocumentFile.objects.all()
    assert sorted(document.invoice_id for document in documents) == sorted(
        Invoice.objects.values_list("pk", flat=True)
    )
    home = folder / "media" / studio.schema_name
    for document in documents:
        content = (home / str(document.file.name)).read_bytes()
        assert content.startswith(b"%PDF")
        assert hashlib.sha256(content).hexdigest() == document.sha256
    # What a killed worker left half written is not lying about either.
    assert sum(1 for file in home.rglob("*") if file.is_file()) == CLIENTS


def _assert_mailed(folder: Path) -> None:
    assert set(Delivery.objects.values_list("template", "status")) == {("invoice", "sent")}
    assert Delivery.objects.count() == CLIENTS
    numbers = Counter(subject.split()[1] for subject in subjects(folder))
    assert numbers == Counter(Invoice.objects.values_list("number", flat=True)), "one mail for each invoice"
