"""Documents as the two demo studios would issue them, and the awkward ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from billing.pdf.document import (
    InvoiceDocument,
    LineRow,
    PartyBlock,
    PaymentInstructions,
    PaymentRow,
    SupplierBlock,
    TaxRow,
)

LOTUS = SupplierBlock(
    name="Lotus Wellness",
    organization="Lotus Wellness Collective Inc.",
    address=("88 Ossington Avenue", "Toronto ON M6J 2Y7"),
    province="ON",
    email="hello@lotuswellness.example",
    phone="416 555-0119",
    gst_number="123456782RT0001",
    hue=2,
)
SUMMIT = SupplierBlock(
    name="Summit Strength",
    organization="Summit Strength Inc.",
    address=("4210 rue Saint-Denis", "Montréal QC H2J 2K8"),
    province="QC",
    email="bonjour@summitstrength.example",
    phone="514 555-0142",
    gst_number="12345 6782 RT0001",
    qst_number="1023456789TQ0001",
)
AMELIE = PartyBlock(
    name="Amélie Gagnon",
    address=("1875 avenue Laurier Est", "Montréal QC H2H 1B4"),
    email="amelie.gagnon@client.example",
)
TERMS = "Questions? Reply to the message this came with and a person answers. Thank you for training with us."
PAY = PaymentInstructions(
    e_transfer="bonjour@summitstrength.example",
    message="SS-0187",
    pay_url="https://summit.fitflow.example/pay/SS-0187",
)


def cents(amount: str) -> Decimal:
    return Decimal(amount)


def line(
    description: str,
    net: str,
    *codes: str,
    when: date | str | None = None,
    detail: str = "with Maya Fournier",
) -> LineRow:
    return LineRow(description=description, net=Decimal(net), when=when, tax_codes=codes, detail=detail)


def ontario() -> InvoiceDocument:
    """Two sessions and a tube of balm in Ontario: 13% HST on $213.00."""
    lines = (
        line(
            "Personal training, 60 min", "95.00", "HST", when=date(2026, 10, 6), detail="with Dana Northcott"
        ),
        line(
            "Personal training, 60 min", "95.00", "HST", when=date(2026, 10, 20), detail="with Dana Northcott"
        ),
        LineRow(
            description="Arnica balm",
            net=Decimal("23.00"),
            when=date(2026, 10, 20),
            quantity=Decimal(2),
            unit_price=Decimal("11.50"),
            tax_codes=("HST",),
        ),
    )
    return InvoiceDocument(
        kind="invoice",
        number="LW-0042",
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 15),
        supplier=LOTUS,
        client=PartyBlock(name="Theo Park", address=("19 Dundas Street West", "Toronto ON M5G 1Z3"), email="theo@client.example"),
        lines=lines,
        taxes=(TaxRow(name="HST", percent=Decimal("13.00000"), base=cents("213.00"), amount=cents("27.69"),
                      registration_number="123456782RT0001"),),
        subtotal=cents("213.00"),
        total=cents("240.69"),
        balance=cents("240.69"),
        instructions=PaymentInstructions(e_transfer="pay@lotuswellness.example", message="LW-0042"),
        terms=TERMS,
    )  # fmt: skip


def quebec() -> InvoiceDocument:
    """A month in Montréal: GST and QST apart, one exempt consultation, part paid."""
    days = (1, 6, 8, 13, 15, 20, 22, 29)
    lines = [
        line("Personal training, 60 min", "95.00", "GST", "QST", when=date(2026, 10, day)) for day in days
    ]
    lines[3] = line("Small-group strength, 60 min", "28.00", "GST", "QST", when=date(2026, 10, 13))
    lines[5] = line(
        "Dietitian consultation, 45 min",
        "110.00",
        when=date(2026, 10, 20),
        detail="with Inès Laroche, licence 5821",
    )
    return InvoiceDocument(
        kind="invoice",
        number="SS-0187",
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 30),
        status="part_paid",
        supplier=SUMMIT,
        client=AMELIE,
        lines=tuple(lines),
        taxes=(
            TaxRow(name="GST", percent=Decimal("5.00000"), base=cents("598.00"), amount=cents("29.90"),
                   registration_number="123456782 RT0001"),
            TaxRow(name="QST", percent=Decimal("9.97500"), base=cents("598.00"), amount=cents("59.65"),
                   registration_number="1023456789TQ0001"),
        ),
        subtotal=cents("708.00"),
        total=cents("797.55"),
        paid=cents("200.00"),
        balance=cents("597.55"),
        payments=(PaymentRow(on=date(2026, 11, 10), amount=cents("200.00")),),
        instructions=PAY,
        terms=f"Payable by 30 November 2026. {TERMS}",
        notes="Dietitian services are exempt from GST and QST.",
    )  # fmt: skip


def exempt() -> InvoiceDocument:
    """Physiotherapy: no tax at all, and paid."""
    return replace(
        ontario(),
        number="LW-0043",
        status="paid",
        lines=(
            line(
                "Physiotherapy, first visit, 60 min",
                "140.00",
                when=date(2026, 10, 7),
                detail="with Priya Nair, licence 20411",
            ),
            line(
                "Physiotherapy, 45 min",
                "105.00",
                when=date(2026, 10, 21),
                detail="with Priya Nair, licence 20411",
            ),
        ),
        taxes=(),
        subtotal=cents("245.00"),
        total=cents("245.00"),
        paid=cents("245.00"),
        balance=cents("0.00"),
        payments=(PaymentRow(on=date(2026, 11, 3), amount=cents("245.00"), label="e-Transfer"),),
        notes="Physiotherapy by a licensed physiotherapist is exempt from HST.",
    )


def long(count: int = 60) -> InvoiceDocument:
    """As many lines as asked, overdue."""
    first = date(2026, 8, 1)
    lines = tuple(
        line("Personal training, 60 min", "95.00", "GST", "QST", when=first + timedelta(days=day))
        for day in range(count)
    )
    base = Decimal(95 * count).quantize(Decimal("0.01"))
    gst = (base * 5 / 100).quantize(Decimal("0.01"))
    qst = (base * Decimal("9.975") / 100).quantize(Decimal("0.01"))
    return replace(
        quebec(),
        number="SS-0200",
        status="overdue",
        lines=lines,
        taxes=(
            TaxRow(
                name="GST", percent=Decimal(5), base=base, amount=gst, registration_number="123456782 RT0001"
            ),
            TaxRow(
                name="QST",
                percent=Decimal("9.975"),
                base=base,
                amount=qst,
                registration_number="1023456789TQ0001",
            ),
        ),
        subtotal=base,
        total=base + gst + qst,
        paid=cents("0.00"),
        balance=base + gst + qst,
        payments=(),
    )


def credit_note() -> InvoiceDocument:
    """Takes one of the sessions of SS-0187 back."""
    return replace(
        quebec(),
        kind="credit_note",
        number="SS-C-0009",
        corrects="SS-0187",
        issued_on=date(2026, 11, 12),
        due_on=None,
        status="issued",
        lines=(line("Personal training, 60 min", "-95.00", "GST", "QST", when=date(2026, 10, 29)),),
        taxes=(
            TaxRow(name="GST", percent=Decimal(5), base=cents("-95.00"), amount=cents("-4.75"),
                   registration_number="123456782 RT0001"),
            TaxRow(name="QST", percent=Decimal("9.975"), base=cents("-95.00"), amount=cents("-9.48"),
                   registration_number="1023456789TQ0001"),
        ),
        subtotal=cents("-95.00"),
        total=cents("-109.23"),
        paid=cents("0.00"),
        balance=cents("-109.23"),
        payments=(),
        notes="The session of 29 October was cancelled by the studio.",
        terms="The credit is taken off what you owe. Ask us if you would rather have it paid back.",
    )  # fmt: skip


def unregistered() -> InvoiceDocument:
    """A small supplier: no number, no tax, no word of tax."""
    return replace(
        ontario(),
        number="YM-0001",
        supplier=SupplierBlock(
            name="Yoga by Mei",
            address=("12 Water Street", "St. John’s NL A1C 1A4"),
            email="mei@yoga.example",
            hue=5,
        ),
        lines=(line("October membership", "80.00", when="October 2026", detail=""),),
        taxes=(),
        subtotal=cents("80.00"),
        total=cents("80.00"),
        balance=cents("80.00"),
        instructions=PaymentInstructions(
            text="Cash or e-transfer to mei@yoga.example.\nPlease name the invoice."
        ),
    )


def named(name: str) -> InvoiceDocument:
    """The Ontario invoice for somebody of that name."""
    base = ontario()
    return replace(base, client=replace(base.client, name=name))
