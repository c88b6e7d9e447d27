from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from clients.models import Client
from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.fields.names import validate_name
from fitflow.core.formats import TURNING
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.cast import Cast
from tests.trainers.importing.bring import (
    brought,
    check,
    checked,
    complaints,
    mapped,
    outcomes,
    start,
    undone,
)
from tests.trainers.plan import at, scheduled
from trainers.models import Import, ImportMade, ImportPart, ImportRow
from trainers.services import importing
from trainers.services.importing.starting import STANDS

GOOD = "Name,Email,Phone,City,Province,Postal\nAnn Lee,ANN@example.com,416 555-0142,Toronto,Ontario,m5v2t6\nBo Chan,,,,,\n"


def test_clients_come_in_with_all_that_the_file_tells(lotus: Cast) -> None:
    batch = brought(checked(GOOD))
    assert batch.state == "done"
    ann = Client.objects.get(name="Ann Lee")
    assert (ann.email, str(ann.phone), ann.city, ann.province, ann.postal_code) == (
        "ann@example.com",
        "+14165550142",
        "Toronto",
        "ON",
        "M5V 2T6",
    )
    assert Client.objects.filter(name="Bo Chan", email="", phone="").exists()
    assert batch.counts["clients"] == 2


def test_nothing_is_imported_before_it_is_asked_for(lotus: Cast) -> None:
    before = Client.objects.count()
    batch = checked(GOOD)
    assert batch.state == "checked"
    assert batch.counts == {"new": 2, "clients": 2, "sessions": 0, "bookings": 0, "past": 0}
    assert Client.objects.count() == before


def test_every_problem_is_told_by_its_row(lotus: Cast) -> None:
    batch = checked(
        "Name,Email,Phone,Province\n,x@example.com,,\nAnn,not-an-address,,\nBo,,12,Bavaria\nCy,cy@example.com,,ON,extra\n"
    )
    told = complaints(batch)
    assert "name is missing" in told[2]
    assert "no e-mail address" in told[3]
    assert "no phone number" in told[4]
    assert "no province" in told[4]
    assert "more cells than the heading" in told[5]
    assert batch.problems == 4


def test_it_is_all_or_nothing_unless_rows_are_left_out_knowingly(lotus: Cast) -> None:
    batch = checked("Name,Email\nAnn,ann@example.com\nBo,wrong\n")
    for leaving_out in (0, 2):
        with pytest.raises(Conflict) as caught:
            importing.request_import(actor=lotus.actor("owner"), import_id=batch.pk, leaving_out=leaving_out)
        assert caught.value.details["conflict"] == "problems"
    assert not Client.objects.filter(name="Ann").exists()
    brought(batch, leaving_out=1)
    assert Client.objects.filter(name="Ann").exists()
    assert not Client.objects.filter(name="Bo").exists()
    assert batch.leaves_out == 1
    assert list(complaints(batch)) == [3], "what was left out can still be looked at"


def test_the_same_person_comes_in_once(lotus: Cast) -> None:
    batch = checked(
        "Name,Email,Phone\nAnn Lee,ann@example.com,\nann lee,ANN@example.com,416 555 0142\nÉtienne Roy,,514 555 0133\n"
        "etienne roy,er@example.com,(514) 555-0133\nZoe,,\nZOE,,\n"
    )
    assert outcomes(batch) == {2: "new", 3: "same", 4: "new", 5: "same", 6: "new", 7: "same"}
    brought(batch)
    ann = Client.objects.get(name="Ann Lee")
    assert str(ann.phone) == "+14165550142", "a later row fills in what the first left out"
    assert Client.objects.get(name="Étienne Roy").email == "er@example.com"
    assert Client.objects.filter(name__iexact="zoe").count() == 1


def test_who_is_here_already_stays_as_she_is(lotus: Cast) -> None:
    Client.objects.create(name="Ann Lee", email="ann@example.com", city="Here")
    Client.objects.create(name="Bo Chan", phone="+14165550142")
    batch = checked(
        "Name,Email,Phone,City\nA. Lee,ANN@example.com,,There\nBo Chan,,416-555-0142,There\nNew One,,,\n"
    )
    assert outcomes(batch) == {2: "here", 3: "here", 4: "new"}
    brought(batch)
    assert Client.objects.get(email="ann@example.com").city == "Here"
    assert Client.objects.filter(name="Bo Chan").count() == 1


@pytest.mark.parametrize(
    ("same_name", "outcome", "many"), [("ask", "problem", 1), ("same", "here", 1), ("new", "new", 2)]
)
def test_a_same_name_is_what_the_owner_says(lotus: Cast, same_name: str, outcome: str, many: int) -> None:
    Client.objects.create(name="Ann Lee")
    batch = checked("Name,Email\nAnn Lee,ann@example.com\nOther,\n", same_name=same_name)
    assert outcomes(batch)[2] == outcome
    brought(batch, leaving_out=batch.problems)
    assert Client.objects.filter(name="Ann Lee").count() == many


def test_two_of_one_name_who_can_be_told_apart_are_two(lotus: Cast) -> None:
    Client.objects.create(name="Ann Lee", email="first@example.com", phone="+14165550100")
    batch = checked("Name,Email,Phone\nAnn Lee,second@example.com,416 555 0142\n")
    assert outcomes(batch) == {2: "new"}


def test_what_cannot_be_read_of_a_phone_may_be_left_out(lotus: Cast) -> None:
    batch = checked("Name,Phone\nAnn,ask her\n", lenient=True)
    brought(batch)
    assert Client.objects.get(name="Ann").phone == ""


def test_who_does_not_come_any_more_comes_in_archived(lotus: Cast) -> None:
    brought(checked("Name,Status\nAnn,Active\nBo,Inactive\nCy,\n"))
    found = dict(Client.objects.filter(name__in=["Ann", "Bo", "Cy"]).values_list("name", "is_active"))
    assert found == {"Ann": True, "Bo": False, "Cy": True}


def test_a_formula_is_a_text(lotus: Cast) -> None:
    batch = brought(checked('Name,City\n"=HYPERLINK(""http://evil"",""x"")",@SUM(1)\n'))
    assert batch.state == "done"
    client = Client.objects.get(name__startswith="=HYPER")
    assert client.city == "@SUM(1)"


def test_an_undo_takes_back_exactly_what_was_made(lotus: Cast) -> None:
    before = set(Client.objects.values_list("pk", flat=True))
    Client.objects.create(name="Here", email="here@example.com")
    batch = brought(checked(GOOD + "Here,here@example.com,,,,\n"))
    undone(batch)
    assert batch.state == "undone"
    assert set(Client.objects.exclude(name="Here").values_list("pk", flat=True)) == before
    assert Client.objects.filter(name="Here").exists()
    assert not ImportMade.objects.exists()


def test_what_was_built_on_it_stands_in_the_way_of_the_undo(lotus: Cast) -> None:
    from clients.services import change_client
    from trainers.services import write_note

    batch = brought(checked(GOOD))
    ann, bo = Client.objects.get(name="Ann Lee"), Client.objects.get(name="Bo Chan")
    change_client(actor=lotus.actor("owner"), client_id=bo.pk, city="Ottawa")
    scheduled(lotus, at(9), clients=("Ann Lee",))
    write_note(actor=lotus.actor("lead"), client_id=ann.pk, body="x")
    with pytest.raises(Conflict) as caught:
        importing.request_undo(actor=lotus.actor("owner"), import_id=batch.pk)
    words = " ".join(caught.value.details["reasons"])
    assert "Bo Chan" in words
    assert "1 note" in words
    assert "1 booking" in words
    assert "Ann Lee" in words
    assert Client.objects.filter(pk=ann.pk).exists()


def test_what_is_built_on_it_after_the_undo_was_asked_for_keeps_everything(lotus: Cast) -> None:
    from clients.services import change_client

    batch = brought(checked(GOOD))
    importing.request_undo(actor=lotus.actor("owner"), import_id=batch.pk)
    change_client(actor=lotus.actor("owner"), client_id=Client.objects.get(name="Ann Lee").pk, city="Ottawa")
    assert importing.carry_out_undo(import_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, Client.objects.filter(name="Bo Chan").exists()) == ("done", True)
    assert "cannot be undone" in batch.notice


def test_an_import_is_done_once_and_undone_once(lotus: Cast) -> None:
    batch = brought(checked(GOOD))
    assert importing.carry_out_import(import_id=batch.pk)
    assert Client.objects.filter(name="Ann Lee").count() == 1
    undone(batch)
    assert importing.carry_out_undo(import_id=batch.pk)
    with pytest.raises(Conflict):
        importing.request_undo(actor=lotus.actor("owner"), import_id=batch.pk)


def test_who_was_added_after_the_check_is_no_second_client(lotus: Cast) -> None:
    batch = checked(GOOD)
    importing.request_import(actor=lotus.actor("owner"), import_id=batch.pk)
    Client.objects.create(name="Ann Lee", email="ann@example.com")
    assert importing.carry_out_import(import_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked"
    assert "changed here" in batch.notice
    assert not Client.objects.filter(name="Bo Chan").exists(), "nothing was imported"
    assert outcomes(batch) == {2: "here", 3: "new"}
    brought(batch)
    assert Client.objects.filter(email="ann@example.com").count() == 1


def test_the_file_is_encrypted_and_gone_afterwards(lotus: Cast) -> None:
    from django.db import connection

    batch = checked(GOOD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM trainers_importpart")
        stored = "".join(row[0] for row in cursor.fetchall())
    assert stored
    assert "Ann" not in stored
    brought(batch)
    assert not ImportPart.objects.exists()
    assert not ImportRow.objects.exists()


def test_neither_trail_nor_outbox_holds_what_is_in_the_file(lotus: Cast) -> None:
    # Uploaded by one, imported by another, taken back by a third.
    batch = brought(checked(GOOD, actor=lotus.actor("manager")), actor=lotus.actor("owner"))
    undone(batch, actor=lotus.actor("manager"))
    rows = AuditEvent.objects.filter(subject_type="import")
    actions = list(rows.order_by("seq").values_list("action", flat=True))
    steps = ("started", "checked", "requested", "done", "undo_requested", "undone")
    assert actions == [f"import.{what}" for what in steps]
    told = str(list(rows.values("facts"))) + str(
        list(OutboxMessage.objects.filter(topic__startswith="import.").values("ids"))
    )
    assert "Ann" not in told
    assert "example.com" not in told
    actors = dict(rows.values_list("action", "actor_id"))
    who = {
        name: [key for key, one in actors.items() if one == lotus.user[name].pk]
        for name in ("owner", "manager")
    }
    assert sorted(who["owner"]) == ["import.done", "import.requested"]
    assert sorted(who["manager"]) == [
        f"import.{what}" for what in ("checked", "started", "undo_requested", "undone")
    ]


def test_a_file_is_thrown_away(lotus: Cast) -> None:
    batch = checked(GOOD)
    importing.drop_import(actor=lotus.actor("manager"), import_id=batch.pk)
    assert not ImportPart.objects.exists()
    assert not ImportRow.objects.exists()
    with pytest.raises(Conflict):
        importing.request_import(actor=lotus.actor("manager"), import_id=batch.pk)


def test_why_an_import_is_not_thrown_away_is_said_rightly(lotus: Cast) -> None:
    batch = checked(GOOD)
    for state, words in STANDS.items():
        Import.objects.filter(pk=batch.pk).update(state=state, finished_at=now())
        with pytest.raises(Conflict, match=re.escape(words)):
            importing.drop_import(actor=lotus.actor("owner"), import_id=batch.pk)
    assert ImportPart.objects.exists()


def test_what_lies_about_for_30_days_is_deleted(lotus: Cast) -> None:
    old, young = checked(GOOD), checked(GOOD)
    Import.objects.filter(pk=old.pk).update(created_at=now() - timedelta(days=31))
    assert importing.forget_old_files() == 1
    assert importing.forget_old_files() == 0
    assert set(ImportPart.objects.values_list("batch", flat=True)) == {young.pk}
    old.refresh_from_db()
    assert old.state == "dropped"
    assert "30 days" in old.notice


@pytest.mark.parametrize("person", ["lead", "trainer", "client"])
def test_it_is_for_owner_and_manager(lotus: Cast, person: str) -> None:
    batch = checked(GOOD)
    actor = lotus.actor(person)
    with pytest.raises(NotPermitted):
        start(GOOD, actor=actor)
    for service in (
        importing.request_check,
        importing.request_import,
        importing.request_undo,
        importing.drop_import,
    ):
        with pytest.raises(NotPermitted):
            service(actor=actor, import_id=batch.pk)


def test_another_studios_import_is_not_there(lotus: Cast) -> None:
    batch = checked(GOOD)
    with studio_context(lotus.summit):
        actor = lotus.actor("owner2", lotus.summit)
        for service in (importing.request_check, importing.request_import, importing.drop_import):
            with pytest.raises(NotFound):
                service(actor=actor, import_id=batch.pk)


def test_a_check_begun_anew_stops_the_one_before(lotus: Cast) -> None:
    batch = checked(GOOD)
    first = importing.request_check(actor=lotus.actor("owner"), import_id=batch.pk).round
    second = check(batch)
    assert second.round > first
    assert importing.advance_check(import_id=batch.pk, round_=first)
    assert ImportRow.objects.filter(batch=batch).count() == 2


def test_a_check_goes_on_where_it_was_left(lotus: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainers.services.importing import checking

    monkeypatch.setattr(checking, "CHUNK", 3)
    batch = start("Name,Email\n" + "".join(f"Person {one},p{one}@example.com\n" for one in range(10)))
    batch = importing.request_check(actor=lotus.actor("owner"), import_id=mapped(batch).pk)
    stage = checking._stage
    written: list[int] = []

    def killed_at_the_third(*args: Any) -> bool:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(1)
        return stage(*args)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(checking, "_stage", killed_at_the_third)
        importing.advance_check(import_id=batch.pk, round_=batch.round)
    batch.refresh_from_db()
    assert (batch.read, ImportRow.objects.filter(batch=batch).count()) == (6, 6)
    assert importing.advance_check(import_id=batch.pk, round_=batch.round)
    assert list(outcomes(batch)) == list(range(2, 12)), "each row once"


def test_what_fails_again_and_again_is_given_back(lotus: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainers import tasks

    batch = checked(GOOD)
    importing.request_import(actor=lotus.actor("owner"), import_id=batch.pk)
    message = OutboxMessage.objects.get(topic="import.requested", ids__batch=str(batch.pk))

    def fails(**named: object) -> bool:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(importing, "carry_out_import", fails)
        message.attempts = tasks.GIVEN_UP
        with pytest.raises(RuntimeError):
            tasks.bring_in(message)
    message.attempts += 1
    tasks.bring_in(message)
    batch.refresh_from_db()
    assert batch.state == "checked"
    assert "Nothing was imported" in batch.notice
    brought(batch)


def test_a_file_with_every_trouble_at_once(lotus: Cast) -> None:
    rows = [
        "Nom complet;Courriel;Téléphone;Ville\r\n".encode(),
        "Zoé Tremblay;zoe@example.com;514 555-0133;Montréal\r\n".encode(),
        "Éloïse Côté;eloise@example.com;;Lévis\r\n".encode("cp1252"),
        b"\"=cmd|' /C calc'!A0\";;;Laval\r\n",
        b"ZOE TREMBLAY;ZOE@EXAMPLE.COM;;\r\n",
        b'"Roy; Guy";guy@example.com;"+1 (514) 555-0134";"Qu\xe9bec\r\ncity"\r\n',
    ]
    batch = checked(b"\xef\xbb\xbf" + b"".join(rows))
    assert (batch.delimiter, batch.encoding, batch.mended_lines) == (";", "mixed", 2)
    assert not batch.problems, complaints(batch)
    assert outcomes(batch) == {2: "new", 3: "new", 4: "new", 5: "same", 6: "new"}
    brought(batch)
    assert Client.objects.get(email="eloise@example.com").name == "Éloïse Côté"
    assert Client.objects.get(email="guy@example.com").city == "Québec city"
    assert Client.objects.get(city="Laval").name == "=cmd|' /C calc'!A0"


def test_columns_must_make_sense(lotus: Cast) -> None:
    batch = start("Email,Email 2\na@example.com,b@example.com\n")
    with pytest.raises(Invalid, match="name"):
        importing.save_columns(actor=lotus.actor("owner"), import_id=batch.pk, columns={0: "email"})
    with pytest.raises(Invalid, match="two columns"):
        importing.save_columns(
            actor=lotus.actor("owner"), import_id=batch.pk, columns={0: "email", 1: "email"}
        )
    with pytest.raises(Invalid):
        importing.save_columns(
            actor=lotus.actor("owner"), import_id=batch.pk, columns={0: "name", 7: "email"}
        )


def test_what_cannot_be_seen_in_a_cell_is_left_out(lotus: Cast) -> None:
    everything = "".join(
        map(chr, {*range(1, 0x20), *range(0x7F, 0xA1), *map(ord, TURNING), 0x2028, 0x2029} - {10, 13})
    )
    assert checked(f'Name\n"Di{everything}Fox"\n').new == 1
    validate_name(ImportRow.objects.get().name)  # as the form of a client and its model do
    ImportRow.objects.all().delete()
    first = "Ann\u200b Lee,\u202aann@example.com\u202c\n"
    batch = checked(f"Name,Email\n{first}Zoe\u0301 Roy,\nZoé Roy,\n", same_name="same")
    assert outcomes(batch) == {2: "new", 3: "new", 4: "same"}
    brought(batch)
    names = list(Client.objects.filter(name__in=["Ann Lee", "Zoé Roy"]).values_list("name", flat=True))
    assert names == ["Ann Lee", "Zoé Roy"]
    assert Client.objects.get(name="Ann Lee").email == "ann@example.com"
