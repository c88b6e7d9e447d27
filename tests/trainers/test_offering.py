from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Booking, Service
from trainers.services import retire_service, save_service

FIELDS: dict[str, Any] = {
    "name": "Barre",
    "duration_minutes": 45,
    "price": Decimal("30.00"),
    "tax_category": "fitness",
}


def test_it_adds_a_service(lotus: Cast) -> None:
    service = save_service(actor=lotus.actor("owner"), **FIELDS, capacity=8)
    service.refresh_from_db()
    assert (service.name, service.price, service.capacity, service.is_class) == (
        "Barre",
        Decimal("30.00"),
        8,
        True,
    )


def test_a_change_leaves_sessions_and_bookings_as_agreed(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), service="Class", clients=("Client",))
    save_service(
        actor=lotus.actor("manager"), service_id=lotus.service("Class").id, price=Decimal("99.00"), capacity=1
    )
    session.refresh_from_db()
    assert (session.capacity, str(Booking.objects.get().price)) == (12, "20.00")


def test_a_name_stands_once_among_what_is_on_offer(lotus: Cast) -> None:
    owner = lotus.actor("owner")
    with pytest.raises(Conflict) as refused:
        save_service(actor=owner, **{**FIELDS, "name": "Class"})
    assert refused.value.details["conflict"] == "name"
    retired = retire_service(actor=owner, service_id=lotus.service("Class").id)
    save_service(actor=owner, **{**FIELDS, "name": "Class"})
    with pytest.raises(Conflict):
        retire_service(actor=owner, service_id=retired.id, retired=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"duration_minutes": 4},
        {"duration_minutes": 721},
        {"price": Decimal("-1")},
        {"price": Decimal("NaN")},
        {"capacity": 0},
        {"late_fee_percent": 101},
        {"tax_category": ""},
    ],
)
def test_it_refuses_what_cannot_be(lotus: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        save_service(actor=lotus.actor("owner"), **{**FIELDS, **wrong})


def test_it_refuses_a_field_that_is_none_of_its_own(lotus: Cast) -> None:
    with pytest.raises(Invalid):
        save_service(actor=lotus.actor("owner"), **FIELDS, is_active=False)


def test_it_refuses_the_wrong_role_and_unknown_services(lotus: Cast) -> None:
    for person in ("lead", "trainer", "client", "outsider"):
        with pytest.raises(NotPermitted):
            save_service(actor=lotus.actor(person), **FIELDS)
        with pytest.raises(NotPermitted):
            retire_service(actor=lotus.actor(person), service_id=lotus.service().id)
    with pytest.raises(NotFound):
        save_service(actor=lotus.actor("owner"), service_id=uuid4(), **FIELDS)


def test_a_tax_category_that_no_invoice_knows_is_refused(lotus: Cast) -> None:
    owner, service = lotus.actor("owner"), lotus.service("Class")
    for attempt in (
        {**FIELDS, "tax_category": "moon_dust"},
        {"service_id": service.id, "tax_category": "moon_dust"},
    ):
        with pytest.raises(Invalid, match=r"Use one of .*fitness") as refused:
            save_service(actor=owner, **attempt)
        assert refused.value.field == "tax_category"
    # What stands there from before does not keep the rest from being changed.
    Service.objects.filter(pk=service.pk).update(tax_category="moon_dust")
    assert save_service(actor=owner, service_id=service.id, capacity=3).capacity == 3
