"""Encrypted values: bound to studio, place and row; older ones still open and are sealed anew."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from fitflow.core.fields.encrypted import Unbound, UnknownKey, decrypt, encrypt
from fitflow.core.resealing import Resealed, reseal_here
from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Note
from trainers.services import sign_note, write_note

PLACE = "trainers_note.body"
OTHER_KEY = "next:bmV4dC1rZXktbmV4dC1rZXktbmV4dC1rZXktbmV4dCE="


def note(cast: Cast, body: str = "Knee.") -> Note:
    if not cast.client().care.exists():
        scheduled(cast, at(10), clients=("Client",))
    return write_note(actor=cast.actor("lead"), client_id=cast.client().pk, body=body)


def stored(note_id: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM trainers_note WHERE id = %s", [note_id])
        return str(cursor.fetchone()[0])


def put(note_id: Any, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trainers_note SET body = %s WHERE id = %s", [text, note_id])


def of_old(cast: Cast, body: str, *, signed: bool = False) -> Note:
    """Return a note whose value is sealed as before, for its place alone."""
    row = note(cast, body)
    put(row.pk, encrypt(body, place=PLACE))
    if signed:
        sign_note(actor=cast.actor("lead"), note_id=row.pk)
    return row


def test_a_value_opens_in_its_own_row_only(lotus: Cast) -> None:
    mine, other = note(lotus, "Hers."), note(lotus, "Another's.")
    put(mine.pk, stored(other.pk))
    with pytest.raises(InvalidTag):
        _ = Note.objects.get(pk=mine.pk).words
    assert Note.objects.get(pk=other.pk).words == "Another's."


def test_a_value_opens_in_its_own_place_and_studio_only(cast: Cast) -> None:
    with studio_context(cast.lotus):
        row = note(cast)
        value = stored(row.pk)
        with pytest.raises(InvalidTag):
            decrypt(value, place="trainers_note.title", row=row.pk)
        assert decrypt(value, place=PLACE, row=row.pk) == "Knee."
    with studio_context(cast.summit), pytest.raises(InvalidTag):
        decrypt(value, place=PLACE, row=row.pk)


def test_a_bound_value_is_not_opened_as_an_older_one(lotus: Cast) -> None:
    row = note(lotus)
    put(row.pk, stored(row.pk).replace("v2$", "v1$", 1))
    with pytest.raises(InvalidTag):
        _ = Note.objects.get(pk=row.pk).words


def test_it_is_opened_after_the_studio_was_left_too(cast: Cast) -> None:
    with studio_context(cast.lotus):
        row = Note.objects.get(pk=note(cast).pk)
    assert row.words == "Knee."


def test_an_older_value_opens_until_the_setting_says_that_none_is_left(lotus: Cast, settings: Any) -> None:
    row = of_old(lotus, "Of old.")
    assert Note.objects.get(pk=row.pk).words == "Of old."
    settings.FIELD_READ_UNBOUND = False
    with pytest.raises(Unbound):
        _ = Note.objects.get(pk=row.pk).words


def test_saving_an_older_value_binds_it(lotus: Cast) -> None:
    row = Note.objects.get(pk=of_old(lotus, "Of old.").pk)
    row.words = "Of today."
    row.save()
    assert stored(row.pk).startswith("v2$")
    assert Note.objects.get(pk=row.pk).words == "Of today."


def test_it_is_never_written_open_and_never_handed_out_open_by_a_query(lotus: Cast) -> None:
    row = note(lotus)
    with pytest.raises(TypeError, match="save the instance"), transaction.atomic():
        Note.objects.filter(pk=row.pk).update(words="Open.")
    (value,) = Note.objects.values_list("words", flat=True)
    assert value.startswith("v2$")
    assert Note.objects.defer("words").get(pk=row.pk).words == "Knee."


def test_sealing_anew_binds_what_is_old_signed_notes_too_and_then_finds_nothing(lotus: Cast) -> None:
    rows = [of_old(lotus, f"Words {number}.", signed=number % 2 == 0) for number in range(5)]
    before = dict(Note.objects.values_list("pk", "updated_at"))
    assert reseal_here(per_studio=True, batch=2) == Resealed(5, 0)
    assert all(stored(row.pk).startswith("v2$") for row in rows)
    assert {row.words for row in Note.objects.all()} == {f"Words {number}." for number in range(5)}
    assert dict(Note.objects.values_list("pk", "updated_at")) == before
    assert reseal_here(per_studio=True) == Resealed()


def test_what_was_done_before_it_was_killed_stays_done(lotus: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [of_old(lotus, f"Words {number}.") for number in range(4)]
    real, calls = encrypt, iter(range(3))

    def dies(text: str, **where: Any) -> str:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return real(text, **where)

    monkeypatch.setattr("fitflow.core.resealing.encrypt", dies)
    with pytest.raises(KeyboardInterrupt):
        reseal_here(per_studio=True, batch=1)
    monkeypatch.undo()
    assert [stored(row.pk)[:3] for row in rows] == ["v2$", "v2$", "v2$", "v1$"]
    assert reseal_here(per_studio=True) == Resealed(1, 0)


def test_one_that_does_not_open_is_told_and_keeps_no_other_waiting(cast: Cast) -> None:
    with studio_context(cast.lotus):
        broken, fine = of_old(cast, "Broken."), of_old(cast, "Fine.")
        value = stored(broken.pk)
        put(broken.pk, value[:-8] + ("AAAAAAA=" if not value.endswith("AAAAAAA=") else "BBBBBBA="))
    with pytest.raises(CommandError, match="1 values did not open"):
        call_command("reseal_fields", studio="lotus", verbosity=0)
    with studio_context(cast.lotus):
        assert stored(fine.pk).startswith("v2$")
        assert stored(broken.pk).startswith("v1$")


def test_the_command_goes_through_every_studio(cast: Cast) -> None:
    made = {}
    for studio in (cast.lotus, cast.summit):
        with studio_context(studio):
            client = "Client" if studio == cast.lotus else "Client2"
            scheduled(cast, at(10 if studio == cast.lotus else 14), clients=(client,))
            row = write_note(actor=cast.actor("lead", studio), client_id=cast.client(client).pk, body="Here.")
            put(row.pk, encrypt("Here.", place=PLACE))
            made[studio.slug] = (studio, row.pk)
    call_command("reseal_fields", verbosity=0)
    for studio, pk in made.values():
        with studio_context(studio):
            assert stored(pk).startswith("v2$")
            assert Note.objects.get(pk=pk).words == "Here."


def test_a_new_key_takes_the_place_of_an_old_one(lotus: Cast, settings: Any) -> None:
    row = note(lotus, "Signed under the old key.")
    sign_note(actor=lotus.actor("lead"), note_id=row.pk)
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [OTHER_KEY, *old]
    assert reseal_here(per_studio=True) == Resealed(1, 0)
    settings.FIELD_KEYS = [OTHER_KEY]
    assert Note.objects.get(pk=row.pk).words == "Signed under the old key."
    settings.FIELD_KEYS = old
    with pytest.raises(UnknownKey):
        _ = Note.objects.get(pk=row.pk).words


@pytest.mark.parametrize(
    "change",
    [
        "body = %s",  # sealed as today: its words could be others
        "body = 'v1$demo$' || substr(%s, 9)",  # back to an older version
        "body = replace(%s, 'v2$demo', 'v2$other'), visibility = 'client'",  # together with anything else
    ],
)
def test_a_signed_note_takes_no_other_words_under_the_pretext_of_sealing(lotus: Cast, change: str) -> None:
    row = note(lotus)
    sign_note(actor=lotus.actor("lead"), note_id=row.pk)
    other = encrypt("Never said so.", place=PLACE, row=row.pk)
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE trainers_note SET {change} WHERE id = %s", [other, row.pk])
    assert Note.objects.get(pk=row.pk).words == "Knee."
