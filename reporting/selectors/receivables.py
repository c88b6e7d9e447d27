"""What clients owe, and for how long."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from billing.models import Invoice
from billing.selectors import OPEN


def late_invoices(today: date) -> QuerySet[Invoice]:
    """Return the open invoices past their due day, with their clients, longest overdue first."""
    return open_invoices().filter(due_on__lt=today)


def open_invoices() -> QuerySet[Invoice]:
    """Return the invoices on which something is owed, with their clients, the longest due first."""
    rows = Invoice.objects.filter(kind=Invoice.Kind.INVOICE, status__in=OPEN)
    return rows.select_related("client").order_by("due_on", "sequence")
