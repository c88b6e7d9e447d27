"""One refresh token used twice at the same moment: real threads and commits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
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
    make = tokens._next_pair

    def slowly(*args: Any) -> Any:
        time.sleep(0.05)
        return make(*args)

    monkeypatch.setattr(tokens, "_next_pair", slowly)
    if not locked:
        monkeypatch.setattr(tokens, "lock_in_transaction", lambda *names: None)


def refresh_and_end(person: User, *, after: float = 0.0) -> bool:
    """Refresh a chain and end it at the same moment (the end a little later); return whether any of it is alive."""
    pair = begin_chain(user=person)
    chain = RefreshToken.objects.get(digest=tokens.digest(pair.refresh)).chain

    def end() -> None:
        time.sleep(after)
        end_chain(chain=chain)

    at_once([partial(refresh_pair, refresh=pair.refresh), end])
    return RefreshToken.objects.filter(chain=chain, revoked_at=None).exists()


def test_of_ten_that_use_one_token_at_once_one_gets_a_pair_and_the_chain_ends(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = begin_chain(user=person).refresh
    slow_writer(monkeypatch, locked=True)
    ended = at_once([partial(refresh_pair, refresh=token)] * 10)
    assert sum(isinstance(result, Unauthenticated) for result in ended) == 9
    assert not RefreshToken.objects.filter(user=person, revoked_at=None).exists()


def test_signing_out_while_refreshing_leaves_nothing_alive(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_writer(monkeypatch, locked=True)
    assert not any(refresh_and_end(person, after=after) for after in (0, 0, 0.02, 0.02))


def test_the_control_without_the_lock_leaves_a_token_alive(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_writer(monkeypatch, locked=False)
    assert any(refresh_and_end(person, after=0.02) for _ in range(10)), "These tests could not see the race."
