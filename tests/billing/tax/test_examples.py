"""Every worked example of the authorities, each with its source in the file."""

import csv
from datetime import date
from decimal import Decimal

import pytest

from billing.tax import TaxableLine, quote
from tests.billing.tax.oracle import DATA

with (DATA / "examples.csv").open(encoding="utf-8", newline="") as file:
    EXAMPLES = list(csv.DictReader(file))


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda row: f"{row['id']}-{row['province']}-{row['category']}"
)
def test_it_agrees_with_the_published_example(example: dict[str, str]) -> None:
    answer = quote(
        province=example["province"],
        on=date.fromisoformat(example["date"]),
        lines=[
            TaxableLine(
                amount=Decimal(example["amount"]),
                category=example["category"],
                price_includes_tax=example["price_includes_tax"] == "1",
            )
        ],
    )
    columns = ("gst", "hst", "pst", "qst", "total")
    assert {c: str(getattr(answer.totals, c)) for c in columns} == {c: example[c] for c in columns}


def test_every_example_names_its_source() -> None:
    assert len(EXAMPLES) == 16
    assert all("http" in example["source"] for example in EXAMPLES)
