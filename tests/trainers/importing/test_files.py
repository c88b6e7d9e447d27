"""How tables are written, whoever wrote them."""

from __future__ import annotations

import io
import os

import pytest

from fitflow.core.errors import Invalid
from tests.cast import Cast
from tests.trainers.importing.bring import start
from trainers.importing import files
from trainers.importing.files import Decoder, layout_of, looks_like_data, read_cells
from trainers.models import Import, ImportPart
from trainers.services.importing import starting
from trainers.services.importing.starting import rows_of

TEXT = "Name;Ville\nÉtienne;Montréal\nZoë;“Québec”\n"


def decoded(raw: bytes) -> tuple[str, str]:
    decoder = Decoder()
    text = "".join(decoder.lines(io.BytesIO(raw)))
    return text, decoder.encoding


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "UTF-8"),
        (TEXT.encode("cp1252"), "Windows-1252"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
    ],
)
def test_every_common_encoding_reads_the_same(raw: bytes, encoding: str) -> None:
    assert decoded(raw) == (TEXT, encoding)


def test_two_encodings_in_one_file_are_both_read() -> None:
    first, second, third = TEXT.splitlines(keepends=True)
    text, encoding = decoded(first.encode() + second.encode() + third.encode("cp1252"))
    assert (text, encoding) == (TEXT, "mixed")


def test_a_file_of_an_old_mac_is_read_by_the_line() -> None:
    text = "Name,Ville\rZoé,Montréal\r"
    assert decoded(text.encode("mac_roman")) == (text, "Mac Roman")
    assert decoded(text.encode() + "Bo,Québec\r".encode("mac_roman")) == (text + "Bo,Québec\r", "mixed")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PK\x03\x04sheet", "workbook or an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "workbook or an archive"),
        (
            b"\xef\xbb\xbf\n<!DOCTYPE html>\n<table><tr><td>Name</td></tr>\n<tr><td>Ann</td></tr></table>",
            "web page",
        ),
        (b'<?xml version="1.0"?>\n<Workbook>\n<Row>Ann,b</Row>\n', "web page"),
        (b"%PDF-1.4\n1 0 obj\nendobj\n", "a document"),
        (b"{\\rtf1 Name,Email\nAnn,a@example.com}\n", "a document"),
        (b'[{"name": "Ann"},\n{"name": "Bo"}]\n', "for programs"),
        (b"BEGIN:VCARD\nFN:Ann\nEND:VCARD\n", "address book"),
        (b"Name,Email\nAnn\x00,a@example.com\n", "Line 2 of the file"),
    ],
)
def test_what_is_something_else_is_called_by_its_name(raw: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        decoded(raw)


@pytest.mark.parametrize("raw", [os.urandom(64) + b"\x00\x00", b"GIF89a\x00\x00"])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid, match="Save it as CSV"):
        decoded(raw)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["Name", "Note", "Amount"], ["Ann, the first", 'says "hi; all"', "1,50"], ["Bo", "a|b", "2,00"]]
    quoted = ['"' + '","'.join(cell.replace('"', '""') for cell in row) + '"' for row in rows]
    text = "\n".join(line.replace('","', f'"{delimiter}"') for line in quoted) + "\n"
    layout = layout_of(text)
    assert (layout.delimiter, layout.header) == (delimiter, rows[0])
    assert [cells for _, cells in read_cells([text], delimiter)] == rows


def test_the_heading_below_a_title_is_found() -> None:
    layout = layout_of("Client list,,\n\nName,Email,Phone\nAnn,a@example.com,1\nBo,b@example.com,2\n")
    assert (layout.header_row, layout.header) == (3, ["Name", "Email", "Phone"])


def test_one_column_is_a_table_too() -> None:
    assert layout_of("Name\nAnn Lee\nBo Chan\n").header == ["Name"]


def test_excels_hint_of_the_delimiter_is_no_row() -> None:
    text = "sep=;\r\nName;City\r\nAnn;Toronto\r\n"
    assert layout_of(text).header == ["Name", "City"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_pieces_may_end_anywhere(end: str) -> None:
    text = end.join(["Name,Note", 'Ann,"two', 'lines"', "Bo,é", ""])
    whole = [cells for _, cells in read_cells([text], ",")]
    assert whole == [["Name", "Note"], ["Ann", "two\nlines"], ["Bo", "é"]]
    for size in range(1, len(text)):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert [cells for _, cells in read_cells(pieces, ",")] == whole


def test_a_quotation_mark_that_is_never_closed_is_told(lotus: Cast) -> None:
    text = 'Name,Note\nAnn,"begun\n' + "x,y\n" * 20_000
    with pytest.raises(Invalid, match=r"Row 2 cannot be read.*never closed"):
        start(text)
    assert not Import.objects.exists()
    assert not ImportPart.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        'Name,Note\nAnn,"begun\nBo,x\nCy,y\n',  # to the end of the file
        'Name,Note\nAnn,"begun\nBo,"x"\nCy,y\n',  # to the next one
    ],
)
def test_rows_are_never_lost_in_a_cell_that_is_not_closed(lotus: Cast, text: str) -> None:
    with pytest.raises(Invalid, match=r"Row 2 cannot be read.*never closed"):
        start(text)
    assert not Import.objects.exists()


def test_what_only_looks_unclosed_is_read() -> None:
    text = 'Name,Note\nAnn,5" pipe\nBo,"two ""quoted""\nlines"\nCy,"a"b\n'
    rows = [cells for _, cells in read_cells([text], ",")]
    assert rows[1:] == [["Ann", '5" pipe'], ["Bo", 'two "quoted"\nlines'], ["Cy", "ab"]]


@pytest.mark.parametrize(
    ("header", "is_data"),
    [
        (["Name", "E-mail", "Phone 1", "Address 2"], False),
        (["Ann Lee", "ann@example.com"], True),
        (["Ann Lee", "(416) 555-0142"], True),
        (["11/24/2026", "Massage"], True),
    ],
)
def test_a_first_row_that_is_data_is_told(header: list[str], is_data: bool) -> None:
    assert looks_like_data(header) is is_data


def test_rows_are_numbered_as_a_spreadsheet_does(lotus: Cast) -> None:
    batch = start('Name,Note\nAnn,"two\nlines"\n,\n\nBo,\n')
    assert [number for number, _ in rows_of(batch)] == [2, 5]
    assert batch.total == 2


def test_pieces_of_the_file_stay_small(lotus: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "PIECE", 100)
    names = [f"Person {number}" for number in range(100)]
    batch = start("Name,City\n" + "".join(f"{name},Toronto\n" for name in names))
    assert ImportPart.objects.count() > 10
    assert max(len(part.text) for part in ImportPart.objects.all()) < 200
    assert [cells[0] for _, cells in rows_of(batch)] == names


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"", "empty"), (b"Name,Email\n", "nothing below the heading"), (b"\n\n\n", "empty")],
)
def test_a_file_without_rows_is_refused(lotus: Cast, raw: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        start(raw)


def test_a_file_that_is_too_large_is_refused_with_its_size(
    lotus: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid, match="31 MB; 30 MB is the most"):
        starting.start_import(
            actor=lotus.actor("owner"),
            kind="clients",
            file_name="x",
            file=io.BytesIO(b"a,b"),
            size=31 * 2**20,
        )
    monkeypatch.setattr(starting, "MOST_ROWS", 3)
    with pytest.raises(Invalid, match="more than 3 rows"):
        start("Name\n" + "Ann\n" * 4)


def test_a_line_that_would_be_millions_of_cells_is_refused(
    lotus: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 50)
    with pytest.raises(Invalid, match="Line 2 of the file has more than 50 characters"):
        start("Name,Email\nAnn" + "," * 50 + "\n")
    with pytest.raises(Invalid, match="Line 2 of the file has more than 50 characters"):
        start(("Name,Email\nAnn" + "," * 50 + "\n").encode("utf-16"))


def test_a_calendar_holds_no_clients(lotus: Cast) -> None:
    with pytest.raises(Invalid, match="holds sessions"):
        start("BEGIN:VCALENDAR\nEND:VCALENDAR\n", kind="clients")
