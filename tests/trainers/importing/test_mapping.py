"""Saying what the values of a file mean: by the value, whatever another window does meanwhile, however many there are."""

from __future__ import annotations

from typing import Any

import pytest

from fitflow.core.errors import Conflict
from fitflow.tenancy.context import enter, leave
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.importing.bring import check, complaints, day, outcomes, start
from tests.trainers.importing.test_pages import path
from trainers import import_forms
from trainers.import_forms import value_name
from trainers.models import Import
from trainers.services import importing
from trainers.services.importing import mapping
from trainers.services.importing.mapping import columns_token, values_of

TEXT = f"When,What,Other,Who,Name\n{day(3)} 09:00,Massage,Yoga,Lead,Ann\n{day(3)} 11:00,massage ,Pilates,Lead,Bo\n"
COLUMNS = {0: "start", 1: "service", 3: "trainer", 4: "name"}


def with_columns(batch: Import, columns: dict[int, str]) -> Import:
    return importing.save_columns(actor=SYSTEM, import_id=batch.pk, columns=columns, same_name="new")


@pytest.fixture
def batch(lotus: Cast) -> Import:
    return with_columns(start(TEXT, kind="timetable"), COLUMNS)


@pytest.fixture
def ask(lotus: Cast, batch: Import) -> Any:
    """Return a function that asks the page of values as the owner: `ask(post=…, page=…)`."""
    leave()
    browser = browser_of(lotus, "owner")

    def asked(post: dict[str, Any] | None = None, page: int = 1) -> Any:
        leave()
        url = path("import_values", batch.pk) + f"?page={page}"
        answer = browser.get(url) if post is None else browser.post(url, post)
        leave()
        enter(lotus.lotus)
        return answer

    enter(lotus.lotus)
    return asked


def sent(answer: Any) -> dict[str, Any]:
    """Return what the form on a page sends as it stands."""
    form = answer.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_a_value_written_in_several_ways_is_asked_for_once(batch: Import) -> None:
    assert values_of(batch)["service"].cells == [("Massage", 2)]
    assert (
        value_name("service", "Massage")
        == value_name("service", " massage  ")
        != value_name("trainer", "Massage")
    )


def test_what_was_said_of_other_columns_values_is_refused_and_kept(
    lotus: Cast, batch: Import, ask: Any
) -> None:
    service, trainer, place = (str(one.pk) for one in (lotus.service(), lotus.trainer(), lotus.location()))
    chosen = {
        **sent(ask()),
        value_name("service", "Massage"): service,
        value_name("trainer", "Lead"): trainer,
        "default_location": place,
    }
    with_columns(batch, {0: "start", 2: "service", 3: "trainer", 4: "name"})  # in another window
    refused = ask(chosen)
    assert refused.status_code == 422
    assert "The columns were changed meanwhile" in words_of(refused)
    assert "values" not in str(Import.objects.get().mapping.get("values") or "")
    form = refused.context["form"]
    assert [one["cell"] for one in form.groups[0]["cells"]] == ["Yoga", "Pilates"]
    assert form[value_name("trainer", "Lead")].value() == trainer, (
        "what was said of values that are still there stays"
    )
    assert form["default_location"].value() == place
    again = {
        **sent(refused),
        value_name("service", "Yoga"): service,
        value_name("service", "Pilates"): service,
    }
    assert ask(again).url == path("import_detail", batch.pk)
    assert set(Import.objects.get().mapping["values"]["service"]) == {"yoga", "pilates"}


def test_a_form_that_says_not_what_it_was_about_is_refused(batch: Import, ask: Any) -> None:
    chosen = sent(ask())
    del chosen["seen"]
    assert ask(chosen).status_code == 422


def test_the_service_itself_refuses_what_was_said_of_other_columns(lotus: Cast, batch: Import) -> None:
    seen = columns_token(batch)
    with_columns(batch, {0: "start", 2: "service", 3: "trainer", 4: "name"})
    with pytest.raises(Conflict, match="columns were changed"):
        importing.save_values(actor=SYSTEM, import_id=batch.pk, values={}, default={}, seen=seen)
    # The control: the same columns chosen anew are the same values.
    with_columns(batch, COLUMNS)
    importing.save_values(actor=SYSTEM, import_id=batch.pk, values={}, default={}, seen=seen)


def test_many_values_are_asked_for_page_by_page(
    lotus: Cast, batch: Import, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_forms, "SHOWN", 1)
    monkeypatch.setattr("trainers.views.import_mapping.SHOWN", 1)
    service, trainer, place = (str(one.pk) for one in (lotus.service(), lotus.trainer(), lotus.location()))
    first = ask()
    assert "values 1 to 1 of 2" in words_of(first)
    assert "Save and go on" in words_of(first)
    answer = ask({**sent(first), value_name("service", "Massage"): service, "default_location": place})
    assert answer.url.endswith("?page=2")
    assert Import.objects.get().state == "mapping"
    second = ask(page=2)
    assert "Check the file" in words_of(second)
    assert ask({**sent(second), value_name("trainer", "Lead"): trainer}, page=2).url == path(
        "import_detail", batch.pk
    )
    saved = Import.objects.get().mapping
    assert saved["values"] == {"service": {"massage": service}, "trainer": {"lead": trainer}}
    assert saved["default"] == {"location": place}


def test_what_was_said_to_be_none_of_ours_is_not_guessed_again(lotus: Cast, batch: Import, ask: Any) -> None:
    chosen = {**sent(ask()), "default_location": str(lotus.location().pk), value_name("trainer", "Lead"): ""}
    assert ask(chosen).status_code == 302
    assert ask().context["form"][value_name("trainer", "Lead")].value() == ""


def test_a_column_of_too_many_values_is_told_with_a_way_out(
    lotus: Cast, batch: Import, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "MOST_VALUES", 1)
    monkeypatch.setattr(import_forms, "MOST_VALUES", 1)
    with_columns(batch, {0: "start", 2: "service", 3: "trainer", 4: "name"})
    words = words_of(ask())
    assert "The column for service holds more than 1 different values. Is it the right one?" in words
    assert "1 rows hold values beyond these" in words
    assert path("import_columns", batch.pk) in ask().content.decode()


def test_a_value_longer_than_any_name_can_be_mapped(lotus: Cast) -> None:
    long = "Massage " * 50
    text = f"When,What,Name\n{day(3)} 09:00,{long},Ann\n"
    batch = with_columns(start(text, kind="timetable"), {0: "start", 1: "service", 2: "name"})
    cell = values_of(batch)["service"].cells[0][0]
    importing.save_values(
        actor=SYSTEM,
        import_id=batch.pk,
        values={"service": {cell: str(lotus.service().pk)}},
        default={"trainer": str(lotus.trainer().pk), "location": str(lotus.location().pk)},
    )
    batch = check(batch)
    assert outcomes(batch) == {2: "new"}, complaints(batch)
