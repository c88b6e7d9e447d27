"""Whatever is done to invoices, in whatever order: the books stay in balance and agree with what the invoices say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing import services
from billing.models import Invoice, Payment
from billing.selectors import ledger_balances, receivables_by_age
from fitflow.core.errors import Conflict
from fitflow.core.money import ZERO
from tests.billing.make import assert_books_agree, held, invoiced, pay, run
from tests.cast import Cast
from trainers.models import Service

CENTS = st.integers(min_value=1, max_value=20_000).map(lambda cents: Decimal(cents) / 100)


class Books(RuleBasedStateMachine):
    """A studio's money, moved about at random; each run is rolled back whole."""

    cast: ClassVar[Cast]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.day = date(2026, 10, 1)

    def teardown(self) -> None:
        connection.check_constraints()
        transaction.savepoint_rollback(self.savepoint)

    @initialize()
    def some_sessions_cost_a_fee(self) -> None:
        Service.objects.update(late_fee_percent=50)

    def invoices(self, **of: Any) -> list[Invoice]:
        return list(Invoice.objects.filter(kind="invoice", **of).order_by("sequence"))

    def one(self, rows: list[Any], pick: int) -> Any:
        return rows[pick % len(rows)]

    @rule(
        price=CENTS,
        included=st.booleans(),
        came=st.sampled_from(["present", "no_show"]),
        category=st.sampled_from(["fitness", "goods", "health:dietitian"]),
    )
    def invoice_a_session(self, price: Decimal, included: bool, came: str, category: str) -> None:
        self.day += timedelta(days=1)
        held(
            self.cast,
            on=self.day,
            price=price,
            price_includes_tax=included,
            attendance=came,
            tax_category=category,
        )
        run(self.cast, period_to=date(2027, 12, 31), period_from=date(2026, 12, 1))
        run(self.cast, period_from=self.day, period_to=self.day)

    @precondition(lambda self: self.invoices())
    @rule(pick=st.integers(0, 99), amount=CENTS)
    def pay_some(self, pick: int, amount: Decimal) -> None:
        invoice = self.one(self.invoices(), pick)
        attempt(lambda: pay(self.cast, invoice, amount), allowed=amount <= invoice.balance)

    @precondition(lambda self: Payment.objects.exists())
    @rule(pick=st.integers(0, 99), amount=CENTS)
    def give_some_back(self, pick: int, amount: Decimal) -> None:
        payment = self.one(list(Payment.objects.order_by("pk")), pick)
        attempt(
            lambda: services.refund_payment(
                actor=self.cast.actor("owner"), payment_id=payment.pk, amount=amount, reason="Because"
            ),
            allowed=amount <= services.left_of(payment),
        )

    @precondition(lambda self: self.invoices())
    @rule(pick=st.integers(0, 99))
    def credit_one(self, pick: int) -> None:
        invoice = self.one(self.invoices(), pick)
        attempt(
            lambda: services.credit_invoice(
                actor=self.cast.actor("owner"), invoice_id=invoice.pk, reason="Because"
            ),
            allowed=invoice.status != "credited",
        )
        run(self.cast)  # what was released is invoiced anew

    @invariant()
    def the_books_agree(self) -> None:
        connection.check_constraints()
        assert_books_agree()

    @invariant()
    def what_is_owed_is_what_the_ages_add_up_to(self) -> None:
        owed = sum((bucket.amount for bucket in receivables_by_age(on=date(2026, 12, 1))), ZERO)
        open_ones = Invoice.objects.filter(kind="invoice", status__in=["issued", "part_paid"])
        assert owed == sum((invoice.balance for invoice in open_ones), ZERO)

    @invariant()
    def numbers_have_no_gap(self) -> None:
        for kind in ("invoice", "credit_note"):
            numbers = list(
                Invoice.objects.filter(kind=kind).order_by("sequence").values_list("sequence", flat=True)
            )
            assert numbers == list(range(1, len(numbers) + 1))


def attempt(use_case: Callable[[], object], *, allowed: bool) -> None:
    """A use case works exactly when it should."""
    try:
        use_case()
    except Conflict:
        assert not allowed
    else:
        assert allowed


def test_the_books_agree_whatever_happens(lotus: Cast) -> None:
    Books.cast = lotus
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_whole_story_ties_invoice_payment_and_ledger(lotus: Cast) -> None:
    for hour, price in ((9, "80.00"), (11, "19.99")):
        held(lotus, at=time(hour), price=Decimal(price))
    run(lotus)
    invoice = Invoice.objects.get()
    pay(lotus, invoice, "50.00", method="cash")
    line = invoice.lines.all()[1]
    note = services.credit_invoice(
        actor=lotus.actor("owner"), invoice_id=invoice.pk, lines=[line.pk], reason="Fell ill"
    )
    # 80.00 + 19.99 at 13 % is 12.9987, one cent of 13.00 per rounding on the sum.
    assert (invoice.total, note.total) == (Decimal("112.99"), Decimal("-22.59"))
    invoice.refresh_from_db()
    assert ledger_balances() == {
        "cash": Decimal("50.00"),
        "hst": Decimal("-10.40"),
        "receivable": Decimal("40.40"),
        "revenue": Decimal("-80.00"),
    }
    assert invoice.balance == Decimal("40.40")
    assert_books_agree()


def test_receivables_are_sorted_by_how_late_they_are(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    for days, label in (
        (0, "Not due yet"),
        (1, "1 to 30 days late"),
        (60, "31 to 60 days late"),
        (91, "Over 90 days late"),
    ):
        buckets = receivables_by_age(on=invoice.due_on + timedelta(days=days))
        assert [bucket.label for bucket in buckets if bucket.amount] == [label]
    assert ledger_balances(until=invoice.issued_on - timedelta(days=1)) == {}
