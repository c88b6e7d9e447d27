from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from tests.core.outbox.plan import State, act, note, seen


@pytest.fixture(autouse=True)
def topic(monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic of its own with one handler, `note`."""
    name = "test.happened"
    monkeypatch.setattr(outbox, "_subscriptions", outbox._subscriptions.copy())
    outbox._subscriptions[name] = []
    outbox.subscribe(name)(note)
    seen.clear()
    act.clear()
    return name


@pytest.fixture(autouse=True)
def only_our_work(request: pytest.FixtureRequest) -> None:
    """What making the cast has left in the outbox is no concern of these tests."""
    if "db" in request.fixturenames:
        request.getfixturevalue("db")
        OutboxMessage.objects.all().delete()


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lanes that were woken."""
    woken: list[str] = []
    monkeypatch.setattr(outbox, "wake", lambda lane, **how: woken.append(lane))
    return woken


@pytest.fixture
def transactional_rows(django_db_setup: None, django_db_blocker: Any, topic: str) -> Iterator[None]:
    """Rows that are really committed; those of the test's topic are removed at the end."""
    with django_db_blocker.unblock():
        OutboxMessage.objects.filter(state=State.PENDING).update(state="parked")
        yield
        OutboxMessage.objects.filter(topic=topic).delete()
        OutboxMessage.objects.filter(state="parked").update(state=State.PENDING)
