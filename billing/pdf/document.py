"""What is printed, as plain data: no model, no request, no clock. The same document always gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["invoice", "credit_note", "receipt"]
Status = Literal["draft", "issued", "part_paid", "paid", "overdue", "credited", "refunded", "void"]
Paper = Literal["letter", "a4"]

ZERO = Decimal("0.00")


class DocumentError(ValueError):
    """The figures of a document contradict each other; printing it would put a wrong amount in someone's hands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierBlock:
    """The studio as the seller. `organization` is the legal name when it differs from the studio's own.

    `hue` is one of the five hues of the look; each keeps its contrast on paper.
    """

    name: str
    organization: str = ""
    address: tuple[str, ...] = ()
    province: str = ""
    email: str = ""
    phone: str = ""
    gst_number: str = ""
    qst_number: str = ""
    pst_number: str = ""
    hue: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyBlock:
    """The person or organization billed."""

    name: str
    address: tuple[str, ...] = ()
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line. `net` is without tax, quantity included; negative on a credit note.

    `when` is the local day it happened, or words such as "October 2026"; `detail` is said more quietly after the
    description. No `tax_codes` means exempt.
    """

    description: str
    net: Decimal
    when: date | str | None = None
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    tax_codes: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """One tax of the document, never the sum of two. `percent` is 9.975, not 0.09975."""

    name: str
    percent: Decimal
    base: Decimal
    amount: Decimal
    registration_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """What settled part of the total: a payment, or with another label a credit or (negative) a refund."""

    on: date
    amount: Decimal
    label: str = "Paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInstructions:
    """How to pay. `pay_url` becomes a code to scan and a link; `message` is what an e-transfer should say."""

    e_transfer: str = ""
    message: str = ""
    pay_url: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if self.pay_url and not self.pay_url.startswith(("https://", "http://")):
            raise DocumentError("A payment page has a web address.")

    def __bool__(self) -> bool:
        return bool(self.e_transfer or self.pay_url or self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """An invoice, credit note or receipt ready for print.

    Amounts are in `currency`; those of a credit note are negative. `paid` is all that was settled (payments, refunds
    as negative payments, credits), `balance` is total less paid. `corrects` is the number of the corrected invoice.
    Raises DocumentError where subtotal, taxes, total, payments and balance do not agree.
    """

    kind: Kind
    number: str
    issued_on: date
    supplier: SupplierBlock
    client: PartyBlock
    lines: tuple[LineRow, ...]
    taxes: tuple[TaxRow, ...]
    subtotal: Decimal
    total: Decimal
    paid: Decimal = ZERO
    balance: Decimal = ZERO
    due_on: date | None = None
    status: Status = "issued"
    currency: str = "CAD"
    payments: tuple[PaymentRow, ...] = ()
    instructions: PaymentInstructions = field(default_factory=PaymentInstructions)
    terms: str = ""
    notes: str = ""
    corrects: str | None = None
    reference: str = ""
    language: str = "en-CA"
    paper: Paper = "letter"

    def __post_init__(self) -> None:
        taxes = sum((tax.amount for tax in self.taxes), ZERO)
        if self.subtotal + taxes != self.total:
            raise DocumentError(f"{self.number}: {self.subtotal} and {taxes} tax do not make {self.total}.")
        if self.total - self.paid != self.balance:
            raise DocumentError(f"{self.number}: {self.total} less {self.paid} paid is not {self.balance}.")
        if self.payments and sum((row.amount for row in self.payments), ZERO) != self.paid:
            raise DocumentError(f"{self.number}: the payments listed do not make {self.paid}.")
