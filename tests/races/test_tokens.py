"""One refresh token used twice at the same moment: real threads and commits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from fitflow.accounts.models import RefreshToken, User
from fitflow.accounts.services import begin_chain, end_chain, refresh_pair, tokens
from fitflow.core.errors import Unauthenticated
from tests.scratch import at_once, scratch_person

pytestmark = pytest.mark.race


@pytest.fixture
def person(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    with django_db_blocker.unblock(), scratch_person() as user:
        yield user
        RefreshToken.objects.filter(user=user).delete()


def slow_writer(monkeypatch: pytest.MonkeyPatch, *, locked: bool) -> None:
    """Put a pause between the look at a token and its use; `locked` False takes the chain's lock away."""
    lock, make = tokens.lock_in_transaction, tokens._next_pair

    def slowly(*args: Any) -> Any:
        time.sleep(0.05)
        return make(*args)

    monkeypatch.setattr(tokens, "lock_in_transaction", lock if locked else lambda *names: None)
    monkeypatch.setattr(tokens, "_next_pair", slowly)


def test_of_ten_that_use_one_token_at_once_one_gets_a_pair_and_the_chain_ends(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = begin_chain(user=person).refresh
    slow_writer(monkeypatch, locked=True)
    ended = at_once([lambda: refresh_pair(refresh=token)] * 10)
    assert sum(isinstance(result, Unauthenticated) for result in ended) == 9
    assert not RefreshToken.objects.filter(user=person, revoked_at=None).exists()


def test_signing_out_while_refreshing_leaves_nothing_alive(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_writer(monkeypatch, locked=True)
    for _ in range(5):
        pair = begin_chain(user=person)
        chain = RefreshToken.objects.get(digest=tokens.digest(pair.refresh)).chain
        at_once(
            [lambda pair=pair: refresh_pair(refresh=pair.refresh), lambda chain=chain: end_chain(chain=chain)]
        )
        assert not RefreshToken.objects.filter(chain=chain, revoked_at=None).exists()


def test_the_control_without_the_lock_leaves_a_token_alive(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_writer(monkeypatch, locked=False)
    alive = False
    for _ in range(10):
        pair = begin_chain(user=person)
        chain = RefreshToken.objects.get(digest=tokens.digest(pair.refresh)).chain
        at_once(
            [
                lambda pair=pair: refresh_pair(refresh=pair.refresh),
                lambda chain=chain: (time.sleep(0.02), end_chain(chain=chain)),
            ]
        )
        alive = alive or RefreshToken.objects.filter(chain=chain, revoked_at=None).exists()
    assert alive, "The race is not seen by these tests."
