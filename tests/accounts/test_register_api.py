"""POST auth/register: what a stranger may set off with somebody else's address."""

from __future__ import annotations

from django.core import mail

from tests.asking import Caller
from tests.cast import Cast

SOMEBODY = {"email": "Owner@fitflow.test", "password": "some-long-password-9", "name": "X"}


def test_whose_address_it_is_hears_of_it_once_a_minute(cast: Cast) -> None:
    stranger = Caller(cast, None, "")
    answers = [stranger.post("auth/register", SOMEBODY) for _ in range(4)]
    assert [answer.status for answer in answers] == [201] * 4
    assert [letter.to for letter in mail.outbox] == [["owner@fitflow.test"]]
