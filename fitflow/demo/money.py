"""Invoices and payments of six closed months: most paid, some late, some in part."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from billing.models import Invoice
from billing.services import record_payment, save_billing_settings
from billing.services.drafts import billable_bookings, draft_invoices
from billing.services.issuing import issue_draft
from billing.services.settings import billing_settings
from fitflow.core.clock import today
from fitflow.core.money import to_cents
from fitflow.demo.world import StudioFacts
from studios.shared.policies import SYSTEM, Actor

CLOSED_MONTHS = 6
METHODS = ("e_transfer", "e_transfer", "e_transfer", "cash", "cheque")


def set_up_billing(facts: StudioFacts) -> None:
    """Give the studio its invoicing settings."""
    save_billing_settings(
        actor=SYSTEM,
        legal_name=facts.name,
        email=f"hello@{facts.slug}.fitflow.test",
        phone="416 555 0199",
        payment_instructions=f"e-Transfer to pay@{facts.slug}.fitflow.test",
        **facts.billing,
    )


def closed_months(day: date) -> list[tuple[date, date]]:
    """Return the first and last day of each closed month before the one `day` is in, oldest first."""
    months = []
    first = day.replace(day=1)
    for _ in range(CLOSED_MONTHS):
        last = first - timedelta(days=1)
        first = last.replace(day=1)
        months.append((first, last))
    return months[::-1]


def bill_closed_months(facts: StudioFacts, *, owner: Actor, chance: Random) -> None:
    """Invoice the closed months, each on the first day after it, and record what has come in since."""
    for first, last in closed_months(today(facts.timezone)):
        issued_on = last + timedelta(days=1)
        settings = billing_settings()
        found = billable_bookings(period_from=first, period_to=last)
        for draft in draft_invoices(found, settings=settings, on=issued_on, zone=facts.timezone):
            with transaction.atomic():
                invoice = issue_draft(draft, actor=SYSTEM, settings=settings, on=issued_on)
            _pay(invoice, owner=owner, chance=chance, until=today(facts.timezone))


def _pay(invoice: Invoice, *, owner: Actor, chance: Random, until: date) -> None:
    age, luck = (until - invoice.issued_on).days, chance.random()
    received_on = min(invoice.issued_on + timedelta(days=chance.randint(1, 20)), until)
    share = Decimal(1) if luck < (0.9 if age > 31 else 0.7) else Decimal("0.5") if luck < 0.94 else Decimal(0)
    if share and invoice.total > 0:
        record_payment(
            actor=owner,
            invoice_id=invoice.pk,
            amount=to_cents(invoice.total * share),
            method=chance.choice(METHODS),
            received_on=received_on,
        )
