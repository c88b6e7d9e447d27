from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from clients.models import Care, Client
from clients.services import add_client
from fitflow.core.errors import Conflict, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.cast import Cast


def test_it_adds_a_client_with_a_lower_case_address(lotus: Cast) -> None:
    client = add_client(
        actor=lotus.actor("owner"),
        name=" Zoë Roy ",
        email="Zoe@Example.com",
        phone="416 555 0199",
        province="ON",
    )
    client.refresh_from_db()
    assert (client.name, client.email, str(client.phone)) == ("Zoë Roy", "zoe@example.com", "+14165550199")
    assert not Care.objects.filter(client=client).exists()


def test_a_trainer_trains_whom_she_adds(lotus: Cast) -> None:
    client = add_client(actor=lotus.actor("trainer"), name="Zoë")
    assert Care.objects.get(client=client).user_id == lotus.user["trainer"].pk


def test_the_audit_row_holds_no_contact_data(lotus: Cast) -> None:
    client = add_client(actor=lotus.actor("owner"), name="Zoë", email="zoe@example.com")
    assert AuditEvent.objects.get(subject_id=client.id).facts == {}


def test_an_address_belongs_to_one_client_however_it_is_written(lotus: Cast) -> None:
    with pytest.raises(Conflict) as refused:
        add_client(actor=lotus.actor("owner"), name="Another", email="ETIENNE@example.com")
    assert (refused.value.field, refused.value.details["conflict"]) == ("email", "email")
    add_client(actor=lotus.actor("owner"), name="No address")
    add_client(actor=lotus.actor("owner"), name="None either")


def test_each_studio_has_its_own_client_of_an_address(cast: Cast) -> None:
    with studio_context(cast.lotus):
        add_client(actor=cast.actor("owner"), name="Zoë", email="zoe@example.com")
    with studio_context(cast.summit):
        add_client(actor=cast.actor("owner2", cast.summit), name="Zoë", email="zoe@example.com")


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 201}, {"email": "no"}, {"phone": "12"}, {"province": "XX"}]
)
def test_it_refuses_what_cannot_be(lotus: Cast, wrong: dict[str, str]) -> None:
    before = Client.objects.count()
    with pytest.raises(ValidationError):
        add_client(actor=lotus.actor("owner"), **{"name": "Zoë", **wrong})
    assert Client.objects.count() == before


@pytest.mark.parametrize("person", ["client", "outsider"])
def test_it_refuses_the_wrong_role(lotus: Cast, person: str) -> None:
    with pytest.raises(NotPermitted):
        add_client(actor=lotus.actor(person), name="Zoë")
