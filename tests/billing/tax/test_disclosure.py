from datetime import date
from decimal import Decimal

import pytest

from billing.tax import Item, required_on_invoice
from tests.billing.tax.oracle import TODAY

ALWAYS = {Item.SUPPLIER_NAME, Item.DATE, Item.TOTAL}
FROM_100 = ALWAYS | {Item.TAX, Item.TAXED_LINES, Item.GST_HST_NUMBER}
FROM_500 = FROM_100 | {Item.BUYER_NAME, Item.DESCRIPTION, Item.TERMS}


@pytest.mark.parametrize(
    ("total", "on", "items"),
    [
        ("0.00", TODAY, ALWAYS),
        ("99.99", TODAY, ALWAYS),
        ("100.00", TODAY, FROM_100),
        ("499.99", TODAY, FROM_100),
        ("500.00", TODAY, FROM_500),
        ("-500.00", TODAY, FROM_500),
        ("100.00", date(2021, 4, 20), FROM_100),
        ("149.99", date(2021, 4, 19), FROM_100),
        ("150.00", date(2021, 4, 19), FROM_500),
        ("29.99", date(2021, 4, 19), ALWAYS),
    ],
)
def test_what_an_ontario_invoice_shows(total: str, on: date, items: set[Item]) -> None:
    assert required_on_invoice(total=Decimal(total), province="ON", on=on) == items


def test_quebec_shows_the_tax_on_every_invoice() -> None:
    assert required_on_invoice(total=Decimal("10.00"), province="QC", on=TODAY) == ALWAYS | {Item.TAX}
    assert required_on_invoice(total=Decimal("100.00"), province="QC", on=TODAY) == FROM_100 | {
        Item.QST_NUMBER
    }
    without = required_on_invoice(
        total=Decimal("10.00"), province="QC", on=TODAY, registered=True, qst_registered=False
    )
    assert without == ALWAYS


def test_a_supplier_who_is_not_registered_shows_no_tax() -> None:
    shown = required_on_invoice(total=Decimal("500.00"), province="QC", on=TODAY, registered=False)
    assert shown == ALWAYS | {Item.BUYER_NAME, Item.DESCRIPTION, Item.TERMS}
