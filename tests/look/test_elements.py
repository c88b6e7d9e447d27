"""Elements and formats: the same words and figures everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from fitflow.core import formats
from fitflow.core.states import STATES, state_of

NOVEMBER = datetime(2026, 11, 19, 19, 30, tzinfo=UTC)
TONES = {"", "is-info", "is-good", "is-warn", "is-bad", "is-off"}


def render(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (Decimal("1234.5"), "CAD", "$1,234.50"),
        (Decimal("-12"), "CAD", "−$12.00"),
        (Decimal("0.005"), "CAD", "$0.01"),
        (Decimal("9"), "USD", "US$9.00"),
        (Decimal("9"), "CHF", "CHF 9.00"),
        (None, "CAD", "–"),
    ],
)
def test_money_is_written_with_two_decimals(amount: Decimal | None, currency: str, text: str):
    assert render("{{ amount|money:currency }}", amount=amount, currency=currency) == text


@time_machine.travel(NOVEMBER, tick=False)
def test_days_and_times_are_those_of_the_zone():
    assert render('{{ dt|day:"America/Toronto" }}', dt=NOVEMBER) == "Thursday 19 November"
    assert render('{{ dt|clock:"America/Toronto" }}', dt=NOVEMBER) == "14:30"
    assert render('{{ dt|clock:"America/St_Johns" }}', dt=NOVEMBER) == "16:00"
    assert render('{{ dt|short_day:"Pacific/Auckland" }}', dt=NOVEMBER) == "20 Nov"
    assert render("{{ d|day }}", d=date(2027, 1, 4)) == "Monday 4 January 2027"
    assert render("{{ dt|day }}", dt=None) == ""


@time_machine.travel(NOVEMBER, tick=False)
def test_a_span_names_its_second_day_only_when_it_differs():
    end = datetime(2026, 11, 19, 20, 30, tzinfo=UTC)
    assert formats.span_text(NOVEMBER, end, "America/Toronto") == "Thursday 19 November, 14:30 to 15:30"
    assert formats.span_text(NOVEMBER, end, "Asia/Tokyo") == "Friday 20 November, 04:30 to 05:30"
    late = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
    assert formats.span_text(NOVEMBER, late, "America/Toronto").endswith("to Friday 20 November, 01:00")


def test_every_state_has_a_word_an_icon_and_a_known_tone():
    for states in STATES.values():
        for shown in states.values():
            assert shown.word
            assert shown.icon
            assert shown.tone in TONES


def test_a_state_is_shown_by_icon_and_word():
    html = render('{% state "session" "late_cancel" %}')
    assert "bi-clock-history" in html
    assert "Late cancel" in html
    assert state_of("session", "brand_new").word == "Brand new"


def test_a_name_is_escaped_in_every_element():
    for source in (
        "{% button name %}",
        "{% avatar name %}",
        "{% flash name %}",
        '{% empty "x" name %}',
        "{% stat name name %}",
    ):
        assert "<script" not in render(source, name="<script>")


def test_a_button_is_a_link_when_it_leads_somewhere():
    assert render('{% button "Today" "/today/" style="secondary" %}').startswith(
        '<a class="btn btn-secondary" href="/today/">'
    )
    assert 'type="submit"' in render('{% button "Book session" %}')
    assert 'type="button" data-dialog="book"' in render('{% button "Book" dialog="book" %}')


def test_a_dialog_is_named_by_its_title():
    html = render('{% sheet "book" "New session" %}<p>in it</p>{% endsheet %}')
    assert 'aria-labelledby="book-title"' in html
    assert "<p>in it</p>" in html
    html = render('{% confirm "cancel" "Cancel it?" "/x/" "Cancel session" %}Three people.{% endconfirm %}')
    assert 'method="post" action="/x/"' in html
    assert "Keep it" in html


def test_the_pager_keeps_the_other_parameters():
    request = RequestFactory().get("/clients/?q=ann&page=2")
    page = Paginator(range(100), 10).page(2)
    html = Template("{% pager page %}").render(Context({"request": request, "page": page}))
    assert 'href="?q=ann&amp;page=3"' in html
    assert 'aria-current="page"' in html


def test_progress_stops_asking_when_it_is_finished():
    assert 'hx-get="/run/"' in render('{% progress "Invoicing" 3 5 "/run/" %}')
    assert "hx-get" not in render('{% progress "Invoicing" 5 5 "/run/" True %}')


def test_initials_of_names_from_everywhere():
    assert formats.initials("Dana Northcott") == "DN"
    assert formats.initials("Étienne") == "É"
    assert formats.initials("نور حداد") == "نح"
    assert formats.initials("🧘") == ""
    assert formats.person_name(SimpleNamespace(email="a@b.ca")) == "a@b.ca"
