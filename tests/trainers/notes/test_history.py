"""A client's history: the latest first, filtered, and searched through encrypted words within bounds."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fitflow.core.errors import NotFound
from fitflow.tenancy.context import studio_context
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.notes.write import note, signed, soap, trained
from trainers import selectors_notes
from trainers.models import Note
from trainers.note_policies import noted_client
from trainers.selectors_notes import Asked, client_notes
from trainers.services import add_addendum, sign_note


@pytest.fixture
def history(lotus: Cast) -> Cast:
    """Notes of lead and trainer, who both train Client."""
    trained(lotus, "lead")
    trained(lotus, "trainer", hour=14)
    signed(lotus, "Étirement du genou gauche.", visibility="client")
    colleagues = soap(lotus, "Knee hurts on stairs.", "Swollen.", visibility="trainers")
    sign_note(actor=lotus.actor("lead"), note_id=colleagues.pk)
    note(lotus, "Private thought about the knee.")
    note(lotus, "Private of the trainer: knee.", author="trainer")
    signed(lotus, "For colleagues: hips.", author="trainer", visibility="trainers")
    return lotus


def found(cast: Cast, person: str = "lead", **asked: Any) -> list[str]:
    answer = client_notes(
        actor=cast.actor(person),
        client_id=cast.client().pk,
        asked=Asked(**asked),
        limit=asked.pop("limit", 20),
    )
    return [row.body.splitlines()[-1] for row in answer.notes]


def test_each_sees_what_she_may_read_the_latest_first(history: Cast) -> None:
    assert found(history) == [
        "For colleagues: hips.",
        "Private thought about the knee.",
        "Swollen.",
        "Étirement du genou gauche.",
    ]
    assert found(history, "trainer") == ["For colleagues: hips.", "Private of the trainer: knee.", "Swollen."]


def test_a_search_minds_neither_case_nor_accents_and_wants_every_word(history: Cast) -> None:
    assert found(history, text="ETIREMENT genou") == ["Étirement du genou gauche."]
    assert found(history, text="stairs subjective") == ["Swollen."]
    assert found(history, text="knee nowhere") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "a\x00b nowhere", "' OR 1=1", "x" * 5000])
def test_a_search_for_anything_strange_finds_nothing_and_breaks_nothing(history: Cast, text: str) -> None:
    assert found(history, text=text) == []


def test_a_search_finds_nothing_that_its_reader_may_not_read(history: Cast) -> None:
    assert "Private of the trainer: knee." not in found(history, text="knee")
    assert found(history, "trainer", text="private") == ["Private of the trainer: knee."]
    assert found(history, "owner", text="knee") == []
    assert found(history, "client", text="knee") == []
    assert found(history, "client", text="genou") == ["Étirement du genou gauche."]


def test_an_addendum_is_found_with_its_note(history: Cast) -> None:
    row = Note.objects.get(visibility="client")
    add_addendum(actor=history.actor("lead"), note_id=row.pk, body="Ostéopathe consulted.")
    assert found(history, text="osteopathe") == ["Étirement du genou gauche."]


def test_it_is_filtered_by_author_kind_state_and_readers(history: Cast) -> None:
    assert found(history, author=history.user["trainer"].pk) == ["For colleagues: hips."]
    assert found(history, kind="soap") == ["Swollen."]
    assert found(history, state="signed") == [
        "For colleagues: hips.",
        "Swollen.",
        "Étirement du genou gauche.",
    ]
    assert found(history, state="draft") == ["Private thought about the knee."]
    assert found(history, visibility="trainers") == ["For colleagues: hips.", "Swollen."]
    assert found(history, visibility="private", text="hips") == []


def test_a_signed_note_with_a_draft_addendum_is_among_the_drafts(history: Cast) -> None:
    row = Note.objects.get(visibility="client")
    add_addendum(actor=history.actor("lead"), note_id=row.pk, body="Later.")
    assert "Étirement du genou gauche." in found(history, state="draft")


def test_what_a_colleague_has_not_signed_is_neither_listed_nor_found_nor_given_away(history: Cast) -> None:
    hips = Note.objects.get(author=history.user["trainer"], visibility="trainers")
    note(history, "Draft for colleagues: hips.", author="trainer", visibility="trainers")
    add_addendum(actor=history.actor("trainer"), note_id=hips.pk, body="Osteopath consulted about hips.")
    assert found(history, author=history.user["trainer"].pk) == ["For colleagues: hips."]
    assert found(history, text="hips draft") == found(history, text="osteopath") == []
    assert found(history, state="draft", author=history.user["trainer"].pk) == []
    assert found(history, "trainer", text="osteopath") == ["For colleagues: hips."]


def test_pages_follow_each_other_without_gap_or_repeat(lotus: Cast) -> None:
    trained(lotus)
    made = [note(lotus, f"Knee {number}.").body for number in range(7)]
    for text in ("", "knee"):
        seen: list[str] = []
        asked: Asked | None = Asked(text=text)
        while asked is not None:
            answer = client_notes(
                actor=lotus.actor("lead"), client_id=lotus.client().pk, asked=asked, limit=3
            )
            seen += [row.body for row in answer.notes]
            asked = Asked(text=text, before=answer.next) if answer.next else None
        assert seen == made[::-1]


def test_one_answer_opens_so_many_notes_and_no_more(lotus: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors_notes, "CHUNK", 2)
    monkeypatch.setattr(selectors_notes, "LOOKED_THROUGH", 4)
    trained(lotus)
    note(lotus, "The needle.")
    for number in range(5):
        note(lotus, f"Hay {number}.")
    lead, client = lotus.actor("lead"), lotus.client().pk
    first = client_notes(actor=lead, client_id=client, asked=Asked(text="needle"))
    assert (first.notes, first.looked_through, first.next is not None) == ([], 4, True)
    second = client_notes(actor=lead, client_id=client, asked=Asked(text="needle", before=first.next))
    assert [row.body for row in second.notes] == ["The needle."]
    assert second.next is None


def test_it_costs_the_same_however_many_notes_a_page_holds(lotus: Cast) -> None:
    trained(lotus)
    counts = []
    for _ in range(2):
        for number in range(4):
            signed(lotus, f"Knee {number}.")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client_notes(actor=lotus.actor("lead"), client_id=lotus.client().pk)
            assert all(row.client.name and row.parts for row in answer.notes)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_client_nobody_of_hers_is_not_there(lotus: Cast) -> None:
    with pytest.raises(NotFound):
        noted_client(lotus.actor("trainer"), lotus.client().pk)


# The page


def page(cast: Cast, person: str = "lead", data: dict[str, str] | None = None, **headers: str) -> Any:
    with studio_context(cast.lotus):
        path = f"/clients/{cast.client().pk}/notes/"
    browser = browser_of(cast, person)
    return browser.post(path, data, headers=headers) if data is not None else browser.get(path)


def made_by(cast: Cast) -> None:
    with studio_context(cast.lotus):
        trained(cast)
        signed(cast, "Knee is better.")
        soap(cast, "Hips are stiff.")


def test_the_page_shows_searches_and_filters(cast: Cast) -> None:
    made_by(cast)
    words = words_of(page(cast))
    assert "Signed by Lead" in words
    assert "Subjective" in words
    words = words_of(page(cast, data={"q": "hips"}))
    assert "Hips are stiff." in words
    assert "Knee is better." not in words
    assert "No note found" in words_of(page(cast, data={"q": "elbow"}))
    part = page(cast, data={"kind": "free"}, **{"HX-Request": "true"})
    assert b"<html" not in part.content
    assert "Knee is better." in words_of(part)
    assert "Hips" not in words_of(part)


def test_words_of_a_search_are_read_from_the_body_alone_and_reach_no_log(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    made_by(cast)
    with studio_context(cast.lotus):
        path = f"/clients/{cast.client().pk}/notes/"
    caplog.set_level("DEBUG")
    browser = browser_of(cast, "lead")
    words = words_of(browser.get(path, {"q": "zqxword"}))
    assert "Knee is better." in words, "An address is no place to search from."
    assert "No note found" in words_of(browser.post(path, {"q": "zqxword"}))
    Caller(cast, "lead").get(f"{path[1:]}?q=zqxword")
    assert caplog.records
    assert "zqxword" not in caplog.text


def test_it_is_kept_by_no_cache(cast: Cast) -> None:
    made_by(cast)
    assert page(cast)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("person", "status"),
    [("trainer", 404), ("owner", 403), ("client", 403), ("owner2", 404), ("outsider", 404)],
)
def test_it_is_not_for_others(cast: Cast, person: str, status: int) -> None:
    made_by(cast)
    assert page(cast, person).status_code == status
    assert page(cast, person, {"q": "knee"}).status_code == status
