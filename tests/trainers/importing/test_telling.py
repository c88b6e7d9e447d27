"""Nobody is mailed about an import, until the studio asks for it."""

from __future__ import annotations

import pytest

from fitflow.core import outbox
from fitflow.core.errors import Conflict, NotPermitted
from fitflow.tenancy.context import enter, leave
from notifications.letters import Suppress
from notifications.models import Delivery
from tests.cast import Cast
from tests.trainers.importing.bring import brought, checked, day, undone
from trainers import import_messages
from trainers.models import Import
from trainers.services import importing

HEADER = "Date,Start time,Service,Trainer,Client,Email\n"


def bring_in(*rows: str) -> Import:
    return brought(checked(HEADER + "".join(f"{row}\n" for row in rows), kind="timetable"))


@pytest.fixture
def batch(lotus: Cast) -> Import:
    """Ann has two sessions to come, Bo one, Cy only a past; Di has no address."""
    return bring_in(
        f"{day(3)},9:00,Private,Lead,Ann,ann@example.com",
        f"{day(4)},9:00,Class,Lead,Ann,ann@example.com",
        f"{day(5)},9:00,Private,Lead,Bo,bo@example.com",
        f"{day(-5)},9:00,Private,Lead,Cy,cy@example.com",
        f"{day(6)},9:00,Private,Lead,Di,",
    )


def told() -> list[str]:
    return sorted(Delivery.objects.filter(template="sessions_imported").values_list("recipient", flat=True))


def tell(lotus: Cast, batch: Import) -> None:
    importing.tell_clients(actor=lotus.actor("owner"), import_id=batch.pk)
    leave()
    outbox.run_lane("mail")
    enter(lotus.lotus)


def test_each_client_with_something_to_come_gets_one_mail(lotus: Cast, batch: Import) -> None:
    assert told() == []
    tell(lotus, batch)
    assert told() == ["ann@example.com", "bo@example.com"]
    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent"}
    letter = import_messages.sessions_imported(Delivery.objects.get(recipient="ann@example.com"))
    assert [words for words in letter.paragraphs if "with Lead" in words][1].endswith("Class with Lead, Main")
    assert letter.attachments[0].get_payload(decode=True).count(b"BEGIN:VEVENT") == 2  # type: ignore[union-attr]


def test_it_is_asked_for_once(lotus: Cast, batch: Import) -> None:
    tell(lotus, batch)
    with pytest.raises(Conflict) as caught:
        importing.tell_clients(actor=lotus.actor("owner"), import_id=batch.pk)
    assert caught.value.details["conflict"] == "told"


def test_turns_and_kills_send_nobody_two(lotus: Cast, batch: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_messages, "A_TURN", 1)
    importing.tell_clients(actor=lotus.actor("owner"), import_id=batch.pk)
    assert [import_messages.queue_imported(import_id=batch.pk) for _ in range(4)] == [
        False,
        False,
        True,
        True,
    ]
    assert told() == ["ann@example.com", "bo@example.com"]


def test_a_mail_about_what_was_undone_is_not_sent(lotus: Cast, batch: Import) -> None:
    importing.tell_clients(actor=lotus.actor("owner"), import_id=batch.pk)
    import_messages.queue_imported(import_id=batch.pk)
    undone(batch)
    with pytest.raises(Suppress):
        import_messages.sessions_imported(Delivery.objects.get(recipient="bo@example.com"))


def test_where_nobody_can_be_told_it_says_so(lotus: Cast) -> None:
    batch = bring_in(f"{day(3)},9:00,Private,Lead,Di,")
    with pytest.raises(Conflict) as caught:
        importing.tell_clients(actor=lotus.actor("owner"), import_id=batch.pk)
    assert caught.value.details["conflict"] == "nobody"


def test_it_is_for_owner_and_manager(lotus: Cast, batch: Import) -> None:
    with pytest.raises(NotPermitted):
        importing.tell_clients(actor=lotus.actor("lead"), import_id=batch.pk)
