"""A document in the words and figures that are printed: all formatting is here, so that the template only places it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import dateformat

from billing.pdf.code import Code, code_of
from billing.pdf.document import InvoiceDocument, LineRow, TaxRow
from fitflow.core.formats import MINUS, initials, money_text
from fitflow.core.money import to_cents

TITLES = {"invoice": "Invoice", "credit_note": "Credit note", "receipt": "Receipt"}
STAMPS = {
    "draft": ("Draft", "off"),
    "part_paid": ("Part paid", "warn"),
    "paid": ("Paid", "good"),
    "overdue": ("Overdue", "bad"),
    "credited": ("Credited", "off"),
    "refunded": ("Refunded", "off"),
    "void": ("Void", "off"),
}
LONGEST_FOOT = 80
BUSINESS_NUMBER = re.compile(r"^(\d{9})\s*(R[TPCZ]\d{4})$")
QST_NUMBER = re.compile(r"^(\d{10})\s*(TQ\d{4})$")


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is printed."""

    when: str
    description: str
    detail: str
    tax: str
    amount: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A row of the totals; `note` is said more quietly after the label."""

    label: str
    amount: str
    note: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """Everything the template shows."""

    title: str
    heading: str
    stamp: str
    stamp_tone: str
    foot: str
    monogram: str
    hue: int
    contact: str
    facts: tuple[Fact, ...]
    lines: tuple[Line, ...]
    dated: bool
    taxed: bool
    sums: tuple[Sum, ...]
    result: Sum
    payable: bool
    code: Code | None
    document: InvoiceDocument


def printed(document: InvoiceDocument) -> Printed:
    """Return the document in words."""
    heading, supplier = TITLES[document.kind], document.supplier
    seller = supplier.organization or supplier.name
    stamp, tone = _stamp(document)
    payable = bool(document.kind == "invoice" and document.balance > 0 and document.instructions)
    pay_url = document.instructions.pay_url if payable else ""
    return Printed(
        title=f"{heading} {document.number}, {supplier.name}",
        heading=heading,
        stamp=stamp,
        stamp_tone=tone,
        foot=f"{_clipped(seller)} · {heading} {document.number}",
        monogram=initials(supplier.name, 1),
        hue=supplier.hue if 1 <= supplier.hue <= 5 else 1,
        contact=" · ".join(part for part in (supplier.phone, supplier.email) if part),
        facts=tuple(_facts(document)),
        lines=tuple(_line(row) for row in document.lines),
        dated=any(row.when for row in document.lines),
        taxed=_bears_tax(document),
        sums=tuple(_sums(document)),
        result=_result(document),
        payable=payable,
        code=code_of(pay_url) if pay_url else None,
        document=document,
    )


def amount_text(amount: Decimal) -> str:
    """Write `1,234.50` or `−1,234.50`: the currency is named once, in the head of the column."""
    cents = to_cents(amount)
    return f"{MINUS if cents < 0 else ''}{abs(cents):,.2f}"


def plain(number: Decimal) -> str:
    """Write a rate or a quantity without idle zeros: `9.975`, `5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def long_day(day: date) -> str:
    """Write `1 November 2026`."""
    return dateformat.format(day, "j F Y")


def short_day(day: date) -> str:
    """Write `1 Nov 2026`."""
    return dateformat.format(day, "j M Y")


def registration(number: str) -> str:
    """Part a registration number as the agencies print it: `123456782 RT0001`, `1023456789 TQ0001`."""
    joined = number.replace(" ", "").replace("-", "").upper()
    found = BUSINESS_NUMBER.match(joined) or QST_NUMBER.match(joined)
    return f"{found[1]} {found[2]}" if found else number


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_FOOT else f"{text[: LONGEST_FOOT - 1].rstrip()}…"


def _stamp(document: InvoiceDocument) -> tuple[str, str]:
    if document.status in STAMPS:
        return STAMPS[document.status]
    if document.kind == "invoice" and document.due_on and document.balance > 0:
        return f"Due {long_day(document.due_on)}", "info"
    return "", ""


def _facts(document: InvoiceDocument) -> list[Fact]:
    facts = [Fact("Number", document.number, strong=True), Fact("Issued", long_day(document.issued_on))]
    if document.due_on and document.kind == "invoice":
        facts.append(Fact("Due", long_day(document.due_on)))
    if document.corrects:
        facts.append(Fact("Corrects", document.corrects))
    facts += [Fact(label, registration(number)) for label, number in _registrations(document).items()]
    return facts


def _registrations(document: InvoiceDocument) -> dict[str, str]:
    """Each number once: those of the taxes charged, then the seller's others."""
    supplier = document.supplier
    federal = "GST no." if any(tax.name == "GST" for tax in document.taxes) else "GST/HST no."
    labels = {"GST": federal, "HST": federal}
    found = {
        labels.get(tax.name, f"{tax.name} no."): tax.registration_number
        for tax in document.taxes
        if tax.registration_number
    }
    provincial = next((name for name in ("PST", "RST") if f"{name} no." in found), "PST")
    for label, number in (
        (federal, supplier.gst_number),
        ("QST no.", supplier.qst_number),
        (f"{provincial} no.", supplier.pst_number),
    ):
        if number:
            found.setdefault(label, number)
    return found


def _bears_tax(document: InvoiceDocument) -> bool:
    """Whether the lines say which tax they bear: a seller who is not registered has nothing to say."""
    return bool(
        document.taxes or document.supplier.gst_number or any(row.tax_codes for row in document.lines)
    )


def _line(row: LineRow) -> Line:
    detail = row.detail
    if row.quantity != 1 and row.unit_price is not None:
        times = f"{plain(row.quantity)} × {amount_text(row.unit_price)}"
        detail = f"{detail}, {times}" if detail else times
    return Line(
        when=short_day(row.when) if isinstance(row.when, date) else row.when or "",
        description=row.description,
        detail=detail,
        tax=", ".join(row.tax_codes) or "Exempt",
        amount=amount_text(row.net),
    )


def _tax_sum(tax: TaxRow) -> Sum:
    return Sum(
        f"{tax.name} {plain(tax.percent)}%", amount_text(tax.amount), note=f"on {amount_text(tax.base)}"
    )


def _sums(document: InvoiceDocument) -> list[Sum]:
    rows: list[Sum] = []
    if _bears_tax(document):
        rows.append(Sum("Subtotal", amount_text(document.subtotal)))
        rows += [_tax_sum(tax) for tax in document.taxes]
        if not document.taxes:
            rows.append(Sum("Tax", amount_text(Decimal(0)), note="exempt"))
    rows.append(Sum("Total", amount_text(document.total), style="total"))
    if document.payments:
        rows += [
            Sum(f"{row.label} {short_day(row.on)}", amount_text(-row.amount)) for row in document.payments
        ]
    elif document.paid:
        rows.append(Sum("Paid", amount_text(-document.paid)))
    return rows


def _result(document: InvoiceDocument) -> Sum:
    if document.kind == "credit_note":
        return Sum("Credit to you", money_text(abs(document.total), document.currency))
    if document.kind == "receipt":
        return Sum("Received", money_text(document.paid or document.total, document.currency))
    if document.balance < 0:
        return Sum("In your favour", money_text(abs(document.balance), document.currency))
    return Sum("To pay", money_text(document.balance, document.currency))
