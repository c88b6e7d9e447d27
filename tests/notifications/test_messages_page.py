"""The owner's page of messages: what went to whom, and sending again what failed."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from fitflow.tenancy.context import studio_context
from notifications.models import Delivery
from notifications.services import queue_email
from tests.cast import Cast
from tests.pages import browser_of, words_of

URLS = "fitflow.urls_studio"
LIST = reverse("delivery_list", urlconf=URLS)


def made(cast: Cast, number: int = 1, **values: Any) -> Delivery:
    with studio_context(cast.lotus):
        delivery = queue_email(
            key=f"test:{number}",
            template=values.pop("template", "session_booked"),
            recipient=values.pop("recipient", f"ann{number}@example.com"),
            recipient_name=values.pop("name", "Ann Ek"),
        )
        Delivery.objects.filter(pk=delivery.pk).update(**values)
        return delivery


def again(delivery: Delivery) -> str:
    return reverse("delivery_resend", urlconf=URLS, args=[delivery.pk])


def test_an_empty_studio_is_told_what_belongs_here(cast: Cast) -> None:
    assert "No messages yet" in words_of(browser_of(cast, "owner").get(LIST))


def test_it_shows_how_each_message_ended(cast: Cast) -> None:
    made(cast, 1, name="Étienne <b>", status="failed", reason="The mail server refused it: 550 No such user")
    made(cast, 2, recipient="")
    page = browser_of(cast, "manager").get(LIST)
    words = words_of(page)
    assert "1 needs a hand" in words
    assert "Étienne <b>" in words
    assert "550 No such user" in words
    assert "There is no e-mail address." in words


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=rosa", "rosa@example.com", "ann1@example.com"),
        ("q=invoice", "rosa@example.com", "ann1@example.com"),
        ("status=trouble", "ann1@example.com", "rosa@example.com"),
        ("status=nonsense", "rosa@example.com", "No message fits"),
        ("q=nobody", "No message fits", "ann1@example.com"),
    ],
)
def test_it_is_searched_and_filtered(cast: Cast, query: str, shown: str, hidden: str) -> None:
    made(cast, 1, status="unknown")
    made(cast, 2, recipient="rosa@example.com", template="invoice")
    words = words_of(browser_of(cast, "owner").get(f"{LIST}?{query}"))
    assert shown in words
    assert hidden not in words


def test_it_is_paged_and_asks_little(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        made(cast, number, name=f"Number {number}.")
    browser = browser_of(cast, "owner")
    browser.get(LIST)
    with django_assert_max_num_queries(14):
        words = words_of(browser.get(LIST))
    assert "Number 29." in words
    assert "Number 3." not in words
    assert "Number 3." in words_of(browser.get(f"{LIST}?page=2"))


def test_an_owner_sends_a_failed_one_again(cast: Cast) -> None:
    delivery = made(cast, status="failed", reason="550")
    page = browser_of(cast, "owner").post(again(delivery), follow=True)
    assert "The message to ann1@example.com is on its way again." in words_of(page)
    with studio_context(cast.lotus):
        delivery.refresh_from_db()
    assert delivery.status == "queued"


def test_one_that_is_waiting_stays_as_it_is(cast: Cast) -> None:
    delivery = made(cast)
    page = browser_of(cast, "owner").post(again(delivery), follow=True)
    assert "only a failed or unknown one can be sent again" in words_of(page)


@pytest.mark.parametrize(
    ("person", "status"),
    [("lead", 403), ("trainer", 403), ("client", 403), ("owner2", 404), ("outsider", 404), ("", 302)],
)
def test_others_are_kept_out(cast: Cast, person: str, status: int) -> None:
    delivery = made(cast, status="failed")
    browser = browser_of(cast, person)
    assert browser.get(LIST).status_code == status
    assert browser.post(again(delivery)).status_code == status


def test_another_studios_message_is_not_there(cast: Cast) -> None:
    delivery = made(cast, status="failed")
    assert browser_of(cast, "owner2", "summit").post(again(delivery)).status_code == 404
