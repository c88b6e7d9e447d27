from __future__ import annotations

import pytest

from clients.models import Client
from clients.services import begin_care, change_client, link_client_account
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.shared.policies import SYSTEM
from tests.cast import Cast


def test_it_changes_only_what_is_named(lotus: Cast) -> None:
    client = lotus.client()
    change_client(actor=lotus.actor("owner"), client_id=client.id, city="Guelph")
    client.refresh_from_db()
    assert (client.city, client.name) == ("Guelph", "Client")
    assert AuditEvent.objects.get(action="client.changed").facts == {"fields": "city"}


def test_changing_nothing_leaves_no_trace(lotus: Cast) -> None:
    change_client(actor=lotus.actor("owner"), client_id=lotus.client().id, name="Client")
    assert not AuditEvent.objects.filter(action="client.changed").exists()


def test_it_refuses_anothers_address_and_strange_fields(lotus: Cast) -> None:
    with pytest.raises(Conflict):
        change_client(actor=lotus.actor("owner"), client_id=lotus.client().id, email="etienne@example.com")
    with pytest.raises(Invalid):
        change_client(actor=lotus.actor("owner"), client_id=lotus.client().id, user_id=lotus.user["owner"].pk)


def test_a_trainer_changes_those_she_trains_and_a_lead_her_teams(lotus: Cast) -> None:
    client = lotus.client()
    for person in ("trainer", "lead"):
        with pytest.raises(NotFound):
            change_client(actor=lotus.actor(person), client_id=client.id, city="Guelph")
    begin_care(user_id=lotus.user["trainer"].pk, client_ids=[client.id], kept=True)
    for person, city in (("trainer", "Guelph"), ("lead", "Ottawa")):
        assert change_client(actor=lotus.actor(person), client_id=client.id, city=city).city == city


def test_a_client_sees_herself_and_changes_nothing(lotus: Cast) -> None:
    with pytest.raises(NotPermitted):
        change_client(actor=lotus.actor("client"), client_id=lotus.client().id, city="Guelph")
    with pytest.raises(NotFound):
        change_client(actor=lotus.actor("client"), client_id=lotus.client("Étienne Caron").id, city="Guelph")


def test_another_studios_client_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = cast.client("Client2").id
    with studio_context(cast.lotus), pytest.raises(NotFound):
        change_client(actor=cast.actor("owner"), client_id=theirs, city="Guelph")


def test_a_sign_in_joins_the_client_of_its_address_once(lotus: Cast) -> None:
    user = lotus.user["manager"]
    Client.objects.filter(name="Étienne Caron").update(email=user.email)
    for _ in range(2):
        client = link_client_account(actor=SYSTEM, user_id=user.pk, email=user.email.upper(), name="Manager")
    assert (client.name, client.user_id) == ("Étienne Caron", user.pk)


def test_a_sign_in_without_a_client_makes_one(lotus: Cast) -> None:
    user = lotus.user["manager"]
    client = link_client_account(actor=SYSTEM, user_id=user.pk, email=user.email, name="Manager")
    assert (client.name, client.email) == ("Manager", user.email)


def test_a_sign_in_never_takes_anothers_client(lotus: Cast) -> None:
    with pytest.raises(Conflict):
        link_client_account(actor=SYSTEM, user_id=lotus.user["manager"].pk, email="client@fitflow.test")
