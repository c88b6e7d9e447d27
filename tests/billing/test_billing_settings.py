"""How a studio invoices: made from what is known of it, changed by those who run it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from billing import services
from billing.models import BillingSettings, Invoice
from billing.services.settings import prefix_of
from fitflow.core.errors import Invalid, NotPermitted
from fitflow.tenancy.context import studio_context
from tests.billing.make import invoiced
from tests.cast import Cast


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Lotus Yoga", "LY"),
        ("Summit Strength", "SS"),
        ("Harbour", "HA"),
        ("Étoile du Nord", "EDN"),
        ("禅", "INV"),
    ],
)
def test_numbers_begin_with_the_studios_initials(name: str, prefix: str) -> None:
    assert prefix_of(name) == prefix


def test_they_are_made_on_demand_from_the_studio_and_its_first_place(cast: Cast) -> None:
    with studio_context(cast.summit):
        made = services.billing_settings()
        assert (made.legal_name, made.province, made.street, made.qst_registered, made.pst_registered) == (
            "Summit",
            "QC",
            "1 King St",
            True,
            False,
        )
        assert services.billing_settings().pk == made.pk
        assert BillingSettings.objects.count() == 1


def test_registration_numbers_are_checked_and_kept_without_spaces(lotus: Cast) -> None:
    owner = lotus.actor("owner")
    kept = services.save_billing_settings(
        actor=owner, gst_number="123456782 rt 0001", qst_number="1234567890 TQ0001"
    )
    assert (kept.gst_number, kept.qst_number) == ("123456782RT0001", "1234567890TQ0001")
    for field, wrong in (("gst_number", "123456789RT0001"), ("qst_number", "12TQ1")):
        with pytest.raises(Invalid) as refused:
            services.save_billing_settings(actor=owner, **{field: wrong})
        assert refused.value.field == field
    assert services.billing_settings().gst_number == "123456782RT0001"


def test_what_cannot_be_is_refused(lotus: Cast) -> None:
    for fields in ({"invoice_prefix": "a b"}, {"terms_days": 500}, {"legal_name": ""}, {"paper": "a3"}):
        with pytest.raises(ValidationError):
            services.save_billing_settings(actor=lotus.actor("owner"), **fields)
    with pytest.raises(TypeError):
        services.save_billing_settings(actor=lotus.actor("owner"), only=False)


def test_an_issued_invoice_keeps_what_it_printed(lotus: Cast) -> None:
    services.save_billing_settings(actor=lotus.actor("manager"), gst_number="123456782RT0001")
    invoice = invoiced(lotus)
    services.save_billing_settings(actor=lotus.actor("owner"), legal_name="Another Inc.", gst_number="")
    invoice = Invoice.objects.get(pk=invoice.pk)
    assert (invoice.seller["legal_name"], invoice.taxes.get().registration_number) == (
        "Lotus",
        "123456782RT0001",
    )


def test_a_small_supplier_charges_no_tax(lotus: Cast) -> None:
    services.save_billing_settings(actor=lotus.actor("owner"), gst_registered=False)
    invoice = invoiced(lotus)
    assert (invoice.total, list(invoice.taxes.all())) == (80, [])


@pytest.mark.parametrize("person", ["lead", "trainer", "client"])
def test_it_refuses_who_does_not_run_the_studio(lotus: Cast, person: str) -> None:
    with pytest.raises(NotPermitted):
        services.save_billing_settings(actor=lotus.actor(person), terms_days=7)
