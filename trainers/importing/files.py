"""How an uploaded table is written: its encoding, its delimiter, where its heading stands."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import IO

from fitflow.core.errors import Invalid

DELIMITERS = ",;\t|"
LOOKED_AT = 25  # rows from which the delimiter and the heading are told
MOST_COLUMNS = 200
LONGEST_CELL = 32_000
LONGEST_LINE = 2_000_000  # of one with millions of cells, each cell would take memory
UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
SAVE = "Save it as CSV in the program it comes from, then choose that file."
NOT_TEXT = f"This is no table in text form. {SAVE}"
# How files begin that are no tables, whatever their names end in.
NO_TABLES = (
    (rb"PK\x03\x04|\xd0\xcf\x11\xe0", f"This is a workbook or an archive, not a CSV file. {SAVE}"),
    (
        rb"\s*<(?:!doctype|!--|html|head|body|table|meta|\?xml)",
        "This is a web page, even where its name ends in .xls or .csv. Open it in a spreadsheet and save it as CSV.",
    ),
    (rb"%PDF|\{\\rtf", f"This is a document, not a table. {SAVE}"),
    (rb"\s*(?:\[|\{)\s*[\[{\"]", f"This is a file for programs (JSON), not a table. {SAVE}"),
    (rb"\s*BEGIN:VCARD", "This is an address book. Export the contacts as CSV, then choose that file."),
)
UNCLOSED = 'a quotation mark (") in it is never closed'
EMPTY = "The file is empty."
DATA = re.compile(r"\S@\S|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(?:\d[ ().-]*){7,}")


@dataclass
class Decoder:
    """Turns a file's bytes into lines of text, and knows afterwards how they were written.

    UTF-8 with or without a mark, UTF-16 likewise, else each line that is no UTF-8 is taken for Windows-1252, because programs
    that glue several exports together mix the two; for Mac Roman where lines end as they did on old Macs.
    """

    utf8_lines: int = 0  # with letters beyond ASCII
    other_lines: int = 0
    marked: bool = False
    wide: bool = False
    mac: bool = False

    def lines(self, file: IO[bytes]) -> Iterator[str]:
        """Yield the lines with their ends. Raises Invalid for what is no text."""
        for number, line in enumerate(self._lines(file), 1):
            if len(line) > LONGEST_LINE:
                words = f"Line {number} of the file has more than {LONGEST_LINE:,} characters. Most likely it is no table."
                raise Invalid(words, field="file")
            yield line

    def _lines(self, file: IO[bytes]) -> Iterator[str]:
        start = file.read(200)
        file.seek(0)
        if words := _other_format(start.removeprefix(codecs.BOM_UTF8)):
            raise Invalid(words, field="file")
        wide = UTF16.get(start[:2])
        if wide or (unmarked := _unmarked_utf16(start)):
            self.wide = True
            yield from self._wide(file, wide or unmarked, at=2 if wide else 0)
            return
        number = 0
        for line in file:
            if number == 0 and line.startswith(codecs.BOM_UTF8):
                self.marked = True
                line = line.removeprefix(codecs.BOM_UTF8)
            for piece in _cut(line):
                number += 1
                if b"\x00" in piece:
                    raise Invalid(_nul(number), field="file")
                yield self._text(piece)

    def _text(self, line: bytes) -> str:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            self.other_lines += 1
            mac = line.endswith(b"\r")
            self.mac = self.mac or mac
            text = line.decode("mac_roman" if mac else "cp1252", errors="replace")
            return text.replace("\ufffd", "?")
        self.utf8_lines += not text.isascii()
        return text

    def _wide(self, file: IO[bytes], encoding: str, *, at: int) -> Iterator[str]:
        file.seek(at)
        try:
            yield from io.TextIOWrapper(file, encoding=encoding, newline="")
        except UnicodeDecodeError as error:
            raise Invalid(NOT_TEXT, field="file") from error

    @property
    def encoding(self) -> str:
        """How the file was written, in words."""
        if self.wide:
            return "UTF-16"
        if self.other_lines:
            other = "Mac Roman" if self.mac else "Windows-1252"
            return "mixed" if self.utf8_lines or self.marked else other
        return "UTF-8"


def _other_format(start: bytes) -> str:
    """Return what to do where a file is plainly something else than a table; nothing where it may be one."""
    return next((words for marks, words in NO_TABLES if re.match(marks, start, re.IGNORECASE)), "")


def _unmarked_utf16(start: bytes) -> str:
    """Return in which order a file without a mark writes the two bytes of a letter, where every second one is empty."""
    first, second = start[::2], start[1::2]
    if len(start) < 8:
        return ""
    if 0 not in first and 2 * second.count(0) > len(second):
        return "utf-16-le"
    return "utf-16-be" if 0 not in second and 2 * first.count(0) > len(first) else ""


def _cut(line: bytes) -> list[bytes]:
    """Cut what a carriage return alone ends: the whole file is one line otherwise."""
    return line.splitlines(keepends=True) if b"\r" in line.rstrip(b"\r\n") else [line]


def _nul(line: int) -> str:
    if line == 1:
        return NOT_TEXT
    return f"Line {line} of the file holds a sign that is no text (a null byte). Save it as CSV anew."


@dataclass(frozen=True)
class Layout:
    """Where a table's heading is and what separates its cells."""

    delimiter: str
    header_row: int
    header: list[str]


def layout_of(text: str) -> Layout:
    """Find out delimiter and heading from the beginning of a file. Raises Invalid where there is no table in it."""
    found = max((_layout(text, one) for one in DELIMITERS), key=lambda pair: pair[0])[1]
    if found is None:
        raise Invalid(EMPTY if not text.strip() else NOT_TEXT, field="file")
    if len(found.header) > MOST_COLUMNS:
        raise Invalid(f"The file has more than {MOST_COLUMNS} columns.", field="file")
    return found


def _layout(text: str, delimiter: str) -> tuple[tuple[float, int], Layout | None]:
    """Return how well a delimiter explains the rows (share of rows as wide as most, then width), and the layout."""
    rows: list[tuple[int, list[str]]] = []
    with suppress(Invalid):  # told when all of it is read
        rows.extend(islice(read_cells([text], delimiter), LOOKED_AT))
    wide = [len(cells) for _, cells in rows if any(cells)]
    if not wide:
        return (0.0, 0), None
    width = max(Counter(wide).items(), key=lambda pair: (pair[0] > 1, pair[1], pair[0]))[0]
    # Some reports begin with a title: the heading is the first row that fills half of the table's width.
    full = [row for row in rows if len(row[1]) == width and 2 * sum(map(bool, row[1])) >= width]
    number, header = full[0] if full else next(row for row in rows if any(row[1]))
    share = wide.count(width) / len(wide) if width > 1 else 0.01
    return (share, width), Layout(delimiter, number, [cell.strip()[:100] for cell in header])


def looks_like_data(header: Iterable[str]) -> bool:
    """Whether a heading holds an address, a date or a number as rows do: then the file most likely has no heading."""
    return any(DATA.search(cell) for cell in header)


def read_cells(texts: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield a table's rows with their numbers, as a spreadsheet counts them. Memory holds a row at a time.

    A formula is the text it is: nothing is worked out. Raises Invalid where a quotation mark is never closed: it would hide the
    rows that follow in one cell.
    """
    csv.field_size_limit(LONGEST_CELL)
    number = 0
    taken: list[str] = []
    reader = csv.reader(_noted(_lines(texts), taken), delimiter=delimiter)
    while True:
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            words = f"a cell is longer than {LONGEST_CELL} characters. Most likely {UNCLOSED}."
            raise Invalid(f"Row {number + 1} cannot be read: {words}", field="file") from error
        number += 1
        if len(taken) > 1 and not _is_closed(taken, delimiter):
            words = f"{UNCLOSED}, or one too many stands in a cell. Mend it in the file."
            raise Invalid(f"Row {number} cannot be read: {words}", field="file")
        if number == 1 and delimiter.join(cells).lower() in {f"sep={delimiter}", "sep="}:
            continue  # Excel's own hint
        yield number, cells


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    """Hand lines on and keep them: `taken` has those of the row that is read just now."""
    for line in lines:
        taken.append(line)
        yield line


def _is_closed(lines: list[str], delimiter: str) -> bool:
    """Whether a row of several lines is quoted as it should be; the reader itself takes the end of the file for the mark."""
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """Cut pieces of text into lines, whatever ends them; pieces may end within one."""
    rest = ""
    for text in texts:
        pieces = _split(rest + text)
        rest = pieces.pop()
        yield from pieces
    if rest:
        yield rest


def _split(text: str) -> list[str]:
    """Cut at line feeds and carriage returns alone; the last piece is what has no end yet."""
    held = "\r" if text.endswith("\r") else ""  # a line feed may follow in the next piece
    body = text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n")
    pieces = body.split("\n")
    return [f"{piece}\n" for piece in pieces[:-1]] + [pieces[-1] + held]
