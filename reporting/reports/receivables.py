from __future__ import annotations

from billing.models import Invoice
from billing.selectors import receivables_by_age
from fitflow.core.formats import money_text
from fitflow.core.money import ZERO
from reporting.reports.asked import Asked
from reporting.selectors.receivables import open_invoices
from reporting.tables import Cell, Chart, Column, Kind, Report, Series, Table
from reporting.words import plural

SHORT = ("Not due", "1–30", "31–60", "61–90", "Over 90")
INVOICES = (
    Column("Invoice"),
    Column("Client"),
    Column("Issued", Kind.DATE),
    Column("Due", Kind.DATE),
    Column("Days late", Kind.COUNT),
    Column("Total", Kind.MONEY),
    Column("Paid", Kind.MONEY),
    Column("Credited", Kind.MONEY),
    Column("Balance", Kind.MONEY),
)


def receivables(asked: Asked) -> Report:
    """Answer what clients owe today, by how late it is, whatever the period; the file lists the invoices."""
    ages = receivables_by_age(on=asked.today)
    owed, count = sum((age.amount for age in ages), ZERO), sum(age.invoices for age in ages)
    late = owed - ages[0].amount
    return Report(
        slug="receivables",
        question="Who still owes you?",
        explains="Open invoices today, by how late they are",
        icon="hourglass-split",
        table=Table(
            (Column("Age"), Column("Invoices", Kind.COUNT), Column("Owed", Kind.MONEY)),
            [(age.label, age.invoices, age.amount) for age in ages] if count else [],
            ("In all", count, owed),
        ),
        chart=Chart(
            labels=SHORT,
            series=(Series(name="Owed", hue=5, values=tuple(age.amount for age in ages)),),
            kind=Kind.MONEY,
            sentence=f"Clients owe {money_text(owed)} on {plural(count, 'invoice')}, {money_text(late)} of it late.",
        ),
        empty="Nobody owes you anything.",
        hint="Days late. The file lists every open invoice.",
    )


def open_invoices_table(asked: Asked) -> Table:
    """Return every open invoice with its balance, the longest due first."""
    return Table(INVOICES, [_row(invoice, asked) for invoice in open_invoices()])


def _row(invoice: Invoice, asked: Asked) -> tuple[Cell, ...]:
    return (
        invoice.number,
        invoice.client.name,
        invoice.issued_on,
        invoice.due_on,
        max((asked.today - invoice.due_on).days, 0),
        invoice.total,
        invoice.amount_paid,
        invoice.amount_credited,
        invoice.balance,
    )
