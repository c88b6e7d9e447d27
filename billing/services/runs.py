"""Invoicing a period: asked for here, carried out client by client from the outbox, and gone on with after a kill."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from billing.models import InvoiceRun
from billing.policies import require_billing
from billing.services.drafts import Draft, billable_bookings, draft_invoices
from billing.services.issuing import issue_draft
from billing.services.settings import billing_settings, studio_today, this_studio
from billing.tax import TaxError
from clients.models import Client
from fitflow.core import outbox
from fitflow.core.db import lock_in_transaction, retry_deadlocks
from fitflow.core.errors import FitFlowError, Invalid, NotFound
from fitflow.core.money import ZERO
from studios.services import record_event
from studios.shared.policies import SYSTEM, Actor
from trainers.models import Booking

log = structlog.get_logger(__name__)

LONGEST_DAYS = 400
# Well within the outbox's lease: a longer run hands itself on in a message of its own.
SECONDS_PER_TURN = 20.0
STOPPED = "It stopped before the end. What it issued stays; run the period again for the rest."
UNFORESEEN = "Something went wrong on our side; it has been reported. Run the period again in a while."


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTax:
    """One tax over all drafts."""

    name: str
    percent_text: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a run would make if it were made now. `problems` name the clients it would leave out, and why."""

    period_from: date
    period_to: date
    drafts: tuple[Draft, ...]
    taxes: tuple[PreviewTax, ...]
    net: Decimal
    total: Decimal
    problems: tuple[dict[str, str], ...]

    @property
    def lines(self) -> int:
        return sum(len(draft.lines) for draft in self.drafts)


def request_invoice_run(
    *, actor: Actor, period_from: date, period_to: date, client_id: UUID | str | None = None
) -> InvoiceRun:
    """Ask for the sessions of a period (both days included, in each location's zone) to be invoiced.

    Returns at once; the run is carried out from the outbox. Raises NotPermitted, Invalid for a period that cannot be,
    NotFound for an unknown client.
    """
    require_billing(actor)
    check_period(period_from, period_to)
    if client_id and not Client.objects.filter(pk=client_id).exists():
        raise NotFound()
    with transaction.atomic():
        run = InvoiceRun.objects.create(
            period_from=period_from, period_to=period_to, client_id=client_id, requested_by=actor.user_id
        )
        outbox.publish("invoice_run.requested", run=run.pk)
        record_event(
            actor=actor,
            action="invoice_run.requested",
            subject=run,
            period_from=period_from,
            period_to=period_to,
        )
    return run


def preview_invoices(
    *, actor: Actor, period_from: date, period_to: date, client_id: UUID | str | None = None
) -> Preview:
    """Return what a run over the period would issue today, with its taxes, and write nothing.

    Raises NotPermitted, and Invalid for a period that cannot be.
    """
    require_billing(actor)
    check_period(period_from, period_to)
    found = billable_bookings(period_from=period_from, period_to=period_to, client_id=client_id)
    settings, on, zone = billing_settings(), studio_today(), this_studio().timezone
    problems: list[dict[str, str]] = []
    try:
        drafts = draft_invoices(found, settings=settings, on=on, zone=zone)
    except TaxError:
        # Rare, so only then one client at a time: who cannot be invoiced must not hide the others.
        drafts = []
        for client in _clients(found):
            try:
                drafts += draft_invoices(found.filter(client=client), settings=settings, on=on, zone=zone)
            except TaxError as error:
                problems.append(_problem(client, str(error)))
    return Preview(
        period_from=period_from,
        period_to=period_to,
        drafts=tuple(drafts),
        taxes=_sum_taxes(drafts),
        net=sum((draft.quote.totals.net for draft in drafts), ZERO),
        total=sum((draft.quote.totals.total for draft in drafts), ZERO),
        problems=tuple(problems),
    )


def advance_invoice_run(*, run_id: UUID | str, seconds: float = SECONDS_PER_TURN) -> InvoiceRun:
    """Carry a run on: invoice clients one transaction each, for about `seconds`, then hand on what is left.

    May be called again at any time, also twice at once and after a kill: what stands on a line is not billable any more,
    so each booking is invoiced once. A client's failure is kept in `run.errors` and the others go on.
    """
    run = InvoiceRun.objects.get(pk=run_id)
    if run.finished_at:
        return run
    waiting = _waiting(run)
    if run.status == InvoiceRun.Status.QUEUED:
        InvoiceRun.objects.filter(pk=run.pk, status=InvoiceRun.Status.QUEUED).update(
            status=InvoiceRun.Status.RUNNING, total=len(waiting)
        )
    until = time.monotonic() + seconds
    for client in waiting:
        _invoice_or_note(run, client)
        if time.monotonic() > until:
            with transaction.atomic():
                outbox.publish("invoice_run.requested", run=run.pk)
            break
    else:
        _finish(run)
    run.refresh_from_db()
    return run


def give_up_run(*, run_id: UUID | str) -> None:
    """Stop a run that the outbox has tried in vain. What it issued stays; the period can be run again."""
    with transaction.atomic():
        run = InvoiceRun.objects.select_for_update().get(pk=run_id)
        if not run.finished_at:
            run.errors.append({"client": None, "name": "The run", "message": STOPPED})
            run.status, run.finished_at = InvoiceRun.Status.FAILED, timezone.now()
            run.save(update_fields=["errors", "status", "finished_at"])


def _waiting(run: InvoiceRun) -> list[Client]:
    """Return the clients of the run with something billable, but those whom it has tried in vain."""
    failed = {error["client"] for error in run.errors}
    return [client for client in _clients(_billable(run)) if str(client.pk) not in failed]


def _billable(run: InvoiceRun, client: Client | None = None) -> QuerySet[Booking]:
    return billable_bookings(
        period_from=run.period_from,
        period_to=run.period_to,
        client_id=client.pk if client else run.client_id,
    )


def _clients(bookings: QuerySet[Booking]) -> list[Client]:
    return list(Client.objects.filter(pk__in=bookings.values("client_id")).order_by("name", "id"))


def _invoice_or_note(run: InvoiceRun, client: Client) -> None:
    try:
        _invoice_client(run, client)
    except (OperationalError, InterfaceError):
        # The database itself is in trouble: the outbox calls again.
        raise
    except (TaxError, FitFlowError) as error:
        _note_failure(run, client, str(error))
    except Exception:
        log.exception("invoice_run.client_failed", run=str(run.pk), client=str(client.pk))
        _note_failure(run, client, UNFORESEEN)


@retry_deadlocks
def _invoice_client(run: InvoiceRun, client: Client) -> None:
    """Issue one client's invoices. Two runs take turns at a client; the second finds nothing left to bill."""
    with transaction.atomic():
        lock_in_transaction(f"invoice client {client.pk}")
        bookings = _lock_bookings(_billable(run, client))
        settings, on = billing_settings(), studio_today()
        drafts = draft_invoices(bookings, settings=settings, on=on, zone=this_studio().timezone)
        for draft in drafts:
            issue_draft(draft, actor=SYSTEM, settings=settings, on=on, run=run)
        if drafts:
            InvoiceRun.objects.filter(pk=run.pk).update(done=F("done") + 1)


def _lock_bookings(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Keep the bookings as they are until they stand on a line."""
    return bookings.select_for_update(of=("self",))


def _note_failure(run: InvoiceRun, client: Client, message: str) -> None:
    with transaction.atomic():
        row = InvoiceRun.objects.select_for_update().get(pk=run.pk)
        if all(error["client"] != str(client.pk) for error in row.errors):
            row.errors.append(_problem(client, message))
            row.done += 1
            row.save(update_fields=["errors", "done"])


def _finish(run: InvoiceRun) -> None:
    with transaction.atomic():
        row = InvoiceRun.objects.select_for_update().get(pk=run.pk)
        if row.finished_at:
            return
        row.total = row.done = max(row.total, row.done)
        nothing_worked = bool(row.errors) and not row.invoices.exists()
        row.status = InvoiceRun.Status.FAILED if nothing_worked else InvoiceRun.Status.COMPLETED
        row.finished_at = timezone.now()
        row.save(update_fields=["total", "done", "status", "finished_at"])


def _problem(client: Client, message: str) -> dict[str, str]:
    return {"client": str(client.pk), "name": client.name, "message": message}


def check_period(first: date, last: date) -> None:
    """Raise Invalid for a period that ends before it begins or is longer than a run may be."""
    if last < first:
        raise Invalid("The period ends before it begins.", field="period_to")
    if (last - first).days > LONGEST_DAYS:
        raise Invalid(f"Invoice at most {LONGEST_DAYS} days at once.", field="period_to")


def _sum_taxes(drafts: Iterable[Draft]) -> tuple[PreviewTax, ...]:
    amounts: dict[tuple[str, str], Decimal] = {}
    for draft in drafts:
        for tax in draft.quote.taxes:
            key = (tax.name, tax.percent_text)
            amounts[key] = amounts.get(key, ZERO) + tax.amount
    return tuple(
        PreviewTax(name=name, percent_text=percent, amount=amount)
        for (name, percent), amount in sorted(amounts.items())
    )
