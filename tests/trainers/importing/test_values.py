"""What cells mean, as people and programs write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from clients.forms import ClientForm
from trainers.importing import values
from trainers.importing.fields import column_trouble, guess_columns
from trainers.importing.values import Unreadable


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-11-24", "dmy"),
        ("2026/11/24", "mdy"),
        ("24/11/2026", "dmy"),
        ("24.11.26", "dmy"),
        ("11/24/2026", "mdy"),
        ("November 24, 2026", "dmy"),
        ("Nov. 24 2026", "ymd"),
        ("Tuesday, November 24, 2026", "mdy"),
        ("24 novembre 2026", "ymd"),
        ("mardi 24 novembre 2026", "ymd"),
        ("24th Nov 2026", "mdy"),
        ("24-Nov-26", "ymd"),
        ("24-nov.-2026", "mdy"),
        ("Nov-24-2026", "ymd"),
        ("46350", "ymd"),
    ],
)
def test_dates(text: str, order: str) -> None:
    assert values.read_day(text, order)[0] == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "24/24/2026", "30 Feb 2026"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(Unreadable):
        values.read_day(text, "dmy")


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("14:30", 14, 30),
        ("2:30 PM", 14, 30),
        ("2:30:00 pm", 14, 30),
        ("14 h 30", 14, 30),
        ("14h30", 14, 30),
        ("14h", 14, 0),
        ("2pm", 14, 0),
        ("12:05 a.m.", 0, 5),
        ("12 pm", 12, 0),
        ("2:30\u202fp.m.", 14, 30),
        ("9.30", 9, 30),
        ("0.25", 6, 0),
        ("0,75", 18, 0),
        (".5", 12, 0),
        ("0.395833333333333", 9, 30),
        ("0.3958", 9, 30),
    ],
)
def test_times(text: str, hour: int, minute: int) -> None:
    assert values.read_clock(text) == time(hour, minute)


def test_where_the_year_should_stand_first_no_order_is_assumed() -> None:
    for text in ("03/04/2026", "26-11-24"):
        with pytest.raises(Unreadable, match="several days"):
            values.read_day(text, "ymd")
    for text in ("24/11/2026", "11/24/2026"):
        assert values.read_day(text, "ymd")[0] == date(2026, 11, 24)
    assert values.read_day("04/04/2026", "ymd")[0] == date(2026, 4, 4)


@pytest.mark.parametrize(
    "text", ["", "9", "25:00", "24:00", "9:75", "noon", "9:00 xm", "14:00 am", "0.30", "0.999999", "1.5"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(Unreadable):
        values.read_clock(text)


def test_a_moment_with_an_offset_is_that_instant() -> None:
    moment = values.read_moment("2026-11-24T14:30:00-0500", "dmy")
    assert values.instant_of(moment, "America/Vancouver") == datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
    assert values.instant_of(values.read_moment("Nov 24, 2026 2:30 pm", "ymd"), "America/Toronto").hour == 19
    with pytest.raises(Unreadable, match="no time of day"):
        values.read_moment("2026-11-24", "ymd")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24 at 2:30 pm",
        "24 novembre 2026 à 14h30",
        "24-Nov-2026 14:30",
        "46350.604166666664",
        "46350,6041666667",
    ],
)
def test_moments_as_programs_write_them(text: str) -> None:
    assert values.read_moment(text, "ymd") == datetime(2026, 11, 24, 14, 30)  # noqa: DTZ001


def test_a_day_without_a_year_is_none() -> None:
    with pytest.raises(Unreadable, match="no date"):
        values.read_moment("24 Nov 14:30", "ymd")


def test_the_order_of_day_and_month_is_told_by_the_file() -> None:
    assert values.guess_order(["01/02/2026", "13/02/2026"]) == "dmy"
    assert values.guess_order(["01/02/2026", "02/13/2026"]) == "mdy"
    assert values.guess_order(["01/02/2026"], "mdy") == "mdy"
    assert values.guess_order(["2026-01-02"], "mdy") == "ymd"


@pytest.mark.parametrize(
    ("text", "minutes"), [("60", 60), ("60 min", 60), ("1:30", 90), ("1 h 30", 90), ("1h", 60), ("45.0", 45)]
)
def test_lengths(text: str, minutes: int) -> None:
    assert values.read_minutes(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        "416 555-0142",
        "+1 (416) 555-0142",
        "'+14165550142",
        '="4165550142"',
        "416.555.0142; home",
        "4165550142.0",
    ],
)
def test_phones(text: str) -> None:
    assert values.read_phone(text) == "+14165550142"


def test_other_cells() -> None:
    provinces = [values.read_province(one) for one in ("on", "Ontario", "QUÉBEC", "P.E.I.", "B.C.")]
    assert provinces == ["ON", "ON", "QC", "PE", "BC"]
    assert values.read_postal_code("m5v2t6") == "M5V 2T6"
    assert [values.read_status(one) for one in ("Late Cancel", "no_show", "Arrived", "Annulé")] == [
        "cancelled",
        "no_show",
        "",
        "cancelled",
    ]
    assert {values.read_status(one) for one in ("Waitlisted", "wait list", "Liste d’attente")} == {"waiting"}
    assert values.read_email("MailTo:Ann@Example.com") == "ann@example.com"


def test_an_address_is_what_the_form_of_a_client_takes() -> None:
    bad = [
        "a@b",
        "a b@example.com",
        "@example.com",
        "zoé@example.com",
        "a..b@example.com",
        "a@-b.com",
        "a@b.com, c@d.com",
    ]
    for text in [*bad, f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com"]:
        assert not ClientForm({"name": "Ann", "email": text}).is_valid() or len(text) > 254
        with pytest.raises(Unreadable):
            values.read_email(text)
    assert values.read_email("o'neil+x@exämple.com") == "o'neil+x@exämple.com"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1,234.50", "1234.50"), ("80", "80.00"), ("80,00 $", "80.00"), ("0", "0.00"), ("1.234,56", "1234.56"),
        ("1\u202f234,56 €", "1234.56"), ("80,5", "80.50"), ("80.0000", "80.00"), ("CAD $80", "80.00"), ("1,234", "1234.00"),
    ],
)  # fmt: skip
def test_prices(text: str, amount: str) -> None:
    assert values.read_price(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "-5", "(80.00)", "1.234", "1.500", "$80 x 2", "80.00 (2)", "1,2,3", "9999999"]
)
def test_what_is_no_price(text: str) -> None:
    with pytest.raises(Unreadable, match="no price"):
        values.read_price(text)


@pytest.mark.parametrize("text", ["9999-12-31 23:30", "0001-01-01 10:00", "0001-01-01T00:30+05:00"])
def test_a_year_that_only_programs_write_is_none(text: str) -> None:
    with pytest.raises(Unreadable, match="no year of a session"):
        values.instant_of(values.read_moment(text, "ymd"), "America/Toronto")


def test_columns_are_guessed_by_their_headings() -> None:
    assert guess_columns("clients", ["Prénom", "Nom de famille", "Courriel", "Cell Phone", "X"]) == {
        0: "first_name",
        1: "last_name",
        2: "email",
        3: "phone",
    }
    assert guess_columns("timetable", ["Date", "Start Time", "Staff", "State/Province"]) == {
        0: "date",
        1: "time",
        2: "trainer",
    }
    google = ["Given Name", "Family Name", "E-mail 1 - Value", "Phone 1 - Type", "Phone 1 - Value"]
    assert guess_columns("clients", google) == {0: "first_name", 1: "last_name", 2: "email", 4: "phone"}
    assert column_trouble("timetable", {0: "date"})
    assert not column_trouble("timetable", {0: "start"})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lee, Ann", "Ann Lee"),
        ("Ann Lee", "Ann Lee"),
        ("Ann Lee, MD", "Ann Lee, MD"),
        ("Lee,", "Lee,"),
        ("", ""),
    ],
)
def test_names(text: str, name: str) -> None:
    assert values.read_name(text) == name
