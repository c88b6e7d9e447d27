"""Families share an e-mail address: nobody is taken for another because of it, unless the owner says so."""

from __future__ import annotations

import pytest

from clients.models import Client
from tests.cast import Cast
from tests.trainers.importing.bring import HEADER, brought, checked, complaints, day, outcomes, table
from trainers.models import Booking


def test_an_address_of_two_people_is_a_problem(lotus: Cast) -> None:
    batch = checked("Name,Email\nAnn Lee,lee@example.com\nBo Lee,lee@example.com\n")
    assert outcomes(batch) == {2: "new", 3: "problem"}
    assert "Row 2 has the same e-mail and another name, Ann Lee" in complaints(batch)[3]


def test_an_address_of_somebody_who_is_here_is_a_problem(lotus: Cast) -> None:
    Client.objects.create(name="Ann Lee", email="lee@example.com")
    batch = checked("Name,Email\nBo Lee,lee@example.com\n")
    assert "Ann Lee is a client already and has this e-mail address" in complaints(batch)[2]


def test_a_child_is_not_booked_as_her_mother(lotus: Cast) -> None:
    rows = [f"{day(3)},9:00,10:00,Class,Lead,{name} Lee,lee@example.com," for name in ("Ann", "Bo")]
    batch = checked(table(*rows), kind="timetable")
    assert outcomes(batch) == {2: "new", 3: "problem"}
    brought(batch, leaving_out=1)
    assert [one.client.name for one in Booking.objects.all()] == ["Ann Lee"]


def test_where_the_owner_says_so_it_is_the_same_person(lotus: Cast) -> None:
    batch = checked("Name,Email\nAnn Lee,lee@example.com\nBo Lee,lee@example.com\n", same_email="same")
    assert outcomes(batch) == {2: "new", 3: "same"}
    brought(batch)
    assert Client.objects.filter(email="lee@example.com").get().name == "Ann Lee"


@pytest.mark.parametrize(
    "name", ["ann lee", "Lee, Ann", "Ann M. Lee", "A. Lee", "Ánn  Lee", "Ann Lee-Chan", "lee ann", "Lee"]
)
def test_another_way_to_write_a_name_is_no_other_name(lotus: Cast, name: str) -> None:
    batch = checked(f'Name,Email\nAnn Lee,lee@example.com\n"{name}",lee@example.com\n')
    assert outcomes(batch) == {2: "new", 3: "same"}, complaints(batch)


@pytest.mark.parametrize("name", ["Anna Lee", "Bo Lee", "李明", "Ann Chan", "B. Lee"])
def test_another_word_is_another_name(lotus: Cast, name: str) -> None:
    batch = checked(f"Name,Email\nAnn Lee,lee@example.com\n{name},lee@example.com\n")
    assert outcomes(batch) == {2: "new", 3: "problem"}


def test_a_row_that_has_an_address_only_is_whoever_has_it(lotus: Cast) -> None:
    Client.objects.create(name="Ann Lee", email="lee@example.com")
    rows = (
        f"{day(3)},9:00,10:00,Class,Lead,,lee@example.com,\n{day(4)},9:00,10:00,Class,Lead,,bo@example.com,\n"
    )
    rows += f"{day(5)},9:00,10:00,Class,Lead,Bo Chan,bo@example.com,\n"
    assert set(outcomes(checked(HEADER + rows, kind="timetable")).values()) == {"new"}
