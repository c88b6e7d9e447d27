"""Moving in as the owner does it: page after page, in a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clients.models import Client
from fitflow.core import outbox
from fitflow.core.formats import day_text
from fitflow.tenancy.context import current_studio, enter, leave
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.importing.bring import brought, check, checked, day, mapped, sample, start
from trainers.import_forms import value_name
from trainers.models import Import, ImportRow, Session

URLS = "fitflow.urls_studio"
CLIENTS = "Name,Email,Phone\nAnn Lee,ann@example.com,416 555-0142\nBo Chan,wrong,\n"


def path(name: str, *args: Any) -> str:
    return reverse(name, urlconf=URLS, args=args)


@pytest.fixture
def ask(lotus: Cast) -> Any:
    """Return a function that asks a page as the owner: `ask(name, *args, post=…, query=…)`."""
    leave()
    browser = browser_of(lotus, "owner")

    def asked(name: str, *args: Any, post: dict[str, Any] | None = None, query: str = "", **more: Any) -> Any:
        leave()
        url = path(name, *args) + query
        answer = browser.get(url, **more) if post is None else browser.post(url, post, **more)
        leave()
        enter(lotus.lotus)
        return answer

    enter(lotus.lotus)
    return asked


def carried_out(lotus: Cast) -> None:
    """Do what the upload or a button has put on the outbox."""
    leave()
    outbox.run_lane("work")
    enter(lotus.lotus)


def upload(ask: Any, content: bytes | str, kind: str, name: str = "file.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return ask("import_new", post={"kind": kind, "file": SimpleUploadedFile(name, raw)})


def test_clients_from_the_upload_to_the_undo(lotus: Cast, ask: Any) -> None:
    answer = upload(ask, CLIENTS, "clients")
    batch = Import.objects.get()
    assert answer.url == path("import_detail", batch.pk)
    assert ask("import_detail", batch.pk).url == path("import_columns", batch.pk)

    columns = ask("import_columns", batch.pk)
    words = words_of(columns)
    assert "Ann Lee" in words, "samples stand beside the columns"
    assert "416 555-0142" in words
    chosen = {name: field.initial or "" for name, field in columns.context["form"].fields.items()}
    chosen |= {name: value or "" for name, value in columns.context["form"].initial.items()}
    assert [chosen[f"column_{place}"] for place in range(3)] == ["name", "email", "phone"]
    chosen.pop("lenient")
    assert ask("import_columns", batch.pk, post=chosen).status_code == 302
    assert "hx-get" in ask("import_detail", batch.pk).content.decode()
    carried_out(lotus)

    words = words_of(ask("import_detail", batch.pk))
    assert "1 new row comes in. 1 with problems is left out." in words
    assert "1 row cannot be imported" in words
    assert "no e-mail address" in words
    assert "Row 3" in words
    assert ask("import_run", batch.pk, post={}).status_code == 302
    assert Import.objects.get().state == "checked", "the row with the problem was not left out knowingly"
    ask("import_run", batch.pk, post={"leaving_out": "1"})
    carried_out(lotus)
    assert Client.objects.filter(name="Ann Lee").exists()

    words = words_of(ask("import_detail", batch.pk))
    assert f"by {lotus.user['owner'].name}" in words
    assert "Rows left out 1" in words
    assert "Nobody was mailed" in words
    assert "Bo Chan" in words
    ask("import_undo", batch.pk, post={})
    carried_out(lotus)
    assert "is taken back" in words_of(ask("import_detail", batch.pk))
    assert not Client.objects.filter(name="Ann Lee").exists()
    assert "Undone" in words_of(ask("import_list"))


def test_only_the_result_that_was_looked_at_is_imported(lotus: Cast, ask: Any) -> None:
    batch = checked("A,B\nAnn Lee,Bo Chan\n", columns={0: "name"})
    page = ask("import_detail", batch.pk).content.decode()
    sent = dict(re.findall(r'name="(round|leaving_out)" value="(\d+)"', page))
    check(mapped(batch, columns={1: "name"}))  # in another window, or by another owner
    answer = ask("import_run", batch.pk, post=sent)
    assert "checked anew meanwhile" in words_of(ask("import_detail", batch.pk))
    assert (answer.status_code, Import.objects.get().state) == (302, "checked")
    page = ask("import_detail", batch.pk).content.decode()
    ask("import_run", batch.pk, post=dict(re.findall(r'name="(round|leaving_out)" value="(\d+)"', page)))
    carried_out(lotus)
    assert Client.objects.filter(name="Bo Chan").exists()


def test_a_timetable_with_its_values_mapped(lotus: Cast, ask: Any) -> None:
    text = f"When,What,Who,Name\n{day(3)} 09:00,Massage,Lead,Ann\n{day(3)} 11:00,Massage,Lead,Bo\n"
    upload(ask, text, "timetable")
    batch = Import.objects.get()
    columns = {"column_0": "start", "column_1": "service", "column_2": "trainer", "column_3": "name"}
    answer = ask(
        "import_columns", batch.pk, post={"order": "ymd", "same_name": "same", "same_email": "ask", **columns}
    )
    assert answer.url == path("import_values", batch.pk)
    form = ask("import_values", batch.pk).context["form"]
    assert [(one["cell"], one["many"]) for one in form.groups[0]["cells"]] == [("Massage", 2)]
    service, trainer = value_name("service", "Massage"), value_name("trainer", "Lead")
    assert form.fields[trainer].initial == str(lotus.trainer().pk), "the same name is guessed"
    chosen = {
        service: str(lotus.service().pk),
        trainer: str(lotus.trainer().pk),
        "seen": form["seen"].value(),
    }
    refused = ask("import_values", batch.pk, post=chosen)
    assert refused.status_code == 422
    assert "Choose a place" in words_of(refused)
    assert f'value="{lotus.service().pk}" selected' in refused.content.decode(), "what was chosen stays"
    ask("import_values", batch.pk, post={**chosen, "default_location": str(lotus.location().pk)})
    carried_out(lotus)
    words = words_of(ask("import_detail", batch.pk))
    assert "New sessions 2" in words
    starts_at = ImportRow.objects.get(batch=batch, number=2).starts_at
    assert starts_at
    day_read = day_text(starts_at, lotus.location().timezone)
    assert f"Read as: {day_read}, 09:00 to 10:00, Private with Lead, Main" in words
    ask("import_run", batch.pk, post={"leaving_out": "0"})
    carried_out(lotus)
    assert Session.objects.count() == 2
    assert "See the calendar" in words_of(ask("import_detail", batch.pk))


def test_new_rows_and_rows_that_are_here_are_told_apart(lotus: Cast, ask: Any) -> None:
    brought(checked("Name,Email\nAnn Lee,ann@example.com\nBo Chan,bo@example.com\n"))
    text = "Name,Email\nAnn Lee,ann@example.com\nBo Chan,bo@example.com\nCy Fox,cy@example.com\nCy Fox,cy@example.com\nDi,wrong\n"
    words = words_of(ask("import_detail", checked(text).pk))
    told = "1 new row comes in. 1 with problems is left out. 2 are here already and stay as they are. 1 says"
    assert told in words


def test_a_calendar_file_is_read_behind(lotus: Cast, ask: Any) -> None:
    upload(ask, sample("calendar.ics"), "timetable", "calendar.ics")
    batch = Import.objects.get()
    assert "Reading the calendar" in words_of(ask("import_detail", batch.pk))
    assert ask("import_progress", batch.pk).status_code == 200
    carried_out(lotus)
    assert ask("import_progress", batch.pk).headers["HX-Redirect"] == path("import_detail", batch.pk)
    assert "Calendar file" in words_of(ask("import_columns", batch.pk))


@pytest.mark.parametrize(
    ("post", "words"),
    [
        ({"kind": "clients"}, "Choose a file."),
        ({"file": b"Name\nAnn\n"}, "Say what is in the file."),
        ({"kind": "clients", "file": b"PK\x03\x04\x00\x00"}, "a workbook"),
        ({"kind": "clients", "file": b"Name,Email\n"}, "nothing below the heading"),
        ({"kind": "clients", "file": b"BEGIN:VCALENDAR\nEND:VCALENDAR"}, "holds sessions"),
    ],
)
def test_what_is_refused_is_said_beside_the_field(
    lotus: Cast, ask: Any, post: dict[str, Any], words: str
) -> None:
    if "file" in post:
        post = {**post, "file": SimpleUploadedFile("x.csv", post["file"])}
    answer = ask("import_new", post=post)
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ann Lee,ann@example.com\nBo Chan,bo@example.com\n", "The first row looks like data"),
        (
            "Clients,,\nName,Email,Phone\nAnn,a@example.com,\nBo,b@example.com,\n",
            "Row 2 is read as the headings",
        ),
        ("Name,Ville\nZoé,Montréal\n".encode("cp1252"), "We read it as Windows-1252"),
    ],
)
def test_what_was_assumed_of_the_file_is_said(lotus: Cast, ask: Any, text: bytes | str, words: str) -> None:
    assert words in words_of(ask("import_columns", start(text).pk))


def test_wrong_columns_are_said_and_what_was_chosen_stays(lotus: Cast, ask: Any) -> None:
    batch = start(CLIENTS)
    answer = ask(
        "import_columns",
        batch.pk,
        post={"same_name": "new", "same_email": "ask", "column_0": "email", "column_1": "email"},
    )
    assert answer.status_code == 422
    assert "chosen for two columns" in words_of(answer)
    assert answer.content.decode().count('value="email" selected') == 2


def test_rows_are_paged_and_searched(lotus: Cast, ask: Any) -> None:
    batch = checked("Name,Email\n" + "".join(f"Person {one},bad{one}\n" for one in range(120)))
    first = ask("import_detail", batch.pk)
    assert first.context["page"].paginator.num_pages == 3
    for query, number in (("?q=Person+77", 79), ("?q=bad77", 79), ("?q=79", 79)):
        rows = ask("import_detail", batch.pk, query=query).context["page"].object_list
        assert number in [row.number for row in rows]
    for query in ("?q=nobody", "?q=²"):  # a digit to some, no number to anybody
        assert "No row found" in words_of(ask("import_detail", batch.pk, query=query))


def test_a_count_that_is_no_number_leaves_nothing_out(lotus: Cast, ask: Any) -> None:
    batch = checked("Name,Email\nBo Chan,wrong\nAnn Lee,ann@example.com\n")
    assert ask("import_run", batch.pk, post={"leaving_out": "²"}).status_code == 302
    assert Import.objects.get().state == "checked"


def test_the_problems_are_a_file_in_which_nothing_runs(lotus: Cast, ask: Any) -> None:
    batch = checked('Name,Email\n"=1+1",@evil\nAnn,ann@example.com\n')
    answer = ask("import_problems_csv", batch.pk)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Row,What it is,What to do"
    assert lines[1].startswith('2,"\'=1+1, @evil",')
    assert len(lines) == 2
    assert answer["Cache-Control"] == "private, no-store"


def test_the_file_of_problems_needs_no_studio_once_it_is_answered(lotus: Cast) -> None:
    batch = checked("Name,Email\nBo Chan,wrong\n")
    leave()
    answer: Any = browser_of(lotus, "owner").get(path("import_problems_csv", batch.pk))
    assert current_studio() is None  # as a server finds it when it sends what is streamed
    assert "Bo Chan" in b"".join(answer.streaming_content).decode()


def test_it_says_what_stands_in_the_way_of_an_undo(lotus: Cast, ask: Any) -> None:
    from clients.services import change_client

    batch = brought(checked("Name,Email\nAnn Lee,ann@example.com\n"))
    change_client(actor=lotus.actor("owner"), client_id=Client.objects.get(name="Ann Lee").pk, city="Ottawa")
    answer = ask("import_undo", batch.pk, post={})
    assert answer.status_code == 409
    assert "1 client was changed since: Ann Lee." in words_of(answer)


def test_a_file_that_is_not_mapped_is_not_checked(lotus: Cast, ask: Any) -> None:
    batch = start(CLIENTS)
    assert ask("import_check", batch.pk, post={}).url == path("import_detail", batch.pk)
    assert "Say first which column holds what" in words_of(ask("import_columns", batch.pk))
    assert Import.objects.get().state == "mapping"


def test_what_another_tab_did_already_is_said(lotus: Cast, ask: Any) -> None:
    batch = brought(checked("Name,Email\nAnn Lee,ann@example.com\n"))
    ask("import_run", batch.pk, post={"round": str(batch.round)})
    assert "It is imported already." in words_of(ask("import_detail", batch.pk))


def test_a_check_is_stopped_by_throwing_the_file_away(lotus: Cast, ask: Any) -> None:
    batch = mapped(start(CLIENTS))
    ask("import_check", batch.pk, post={})
    page = ask("import_detail", batch.pk)
    assert "Stop and throw the file away" in words_of(page)
    assert "tell you" not in words_of(page), "nobody is told"
    ask("import_drop", batch.pk, post={})
    carried_out(lotus)
    assert (Import.objects.get().state, ImportRow.objects.count()) == ("dropped", 0)


def test_a_file_is_thrown_away(lotus: Cast, ask: Any) -> None:
    batch = start(CLIENTS)
    ask("import_drop", batch.pk, post={})
    assert Import.objects.get().state == "dropped"
    assert "Move in with what you have" in words_of(ask("import_list"))
    assert ask("import_columns", batch.pk).status_code == 302


def test_the_way_in_is_shown_where_one_begins(lotus: Cast, ask: Any) -> None:
    assert path("import_list") in ask("studio_settings").content.decode()
    Client.objects.all().delete()
    assert f"{path('import_new')}?kind=clients" in ask("client_list").content.decode()
    steps = ask("today").content.decode()
    assert path("import_new") in steps
