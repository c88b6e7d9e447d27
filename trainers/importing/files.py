"""How an uploaded table is written: its encoding, its delimiter, where its heading stands."""

from __future__ import annotations

import codecs
import csv
import io
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
UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NOT_TEXT = (
    "This is no table in text form. Save it as CSV in the program it comes from, then choose that file."
)
EMPTY = "The file is empty."


@dataclass
class Decoder:
    """Turns a file's bytes into lines of text, and knows afterwards how they were written.

    UTF-8 with or without a mark, UTF-16 with one, else each line that is no UTF-8 is taken for Windows-1252: programs
    that glue several exports together mix the two.
    """

    utf8_lines: int = 0  # with letters beyond ASCII
    other_lines: int = 0
    marked: bool = False
    wide: bool = False

    def lines(self, file: IO[bytes]) -> Iterator[str]:
        """Yield the lines with their ends. Raises Invalid for what is no text."""
        start = file.read(4)
        file.seek(0)
        wide = UTF16.get(start[:2])
        if wide:
            self.wide = True
            yield from self._wide(file, wide)
            return
        for number, line in enumerate(file):
            if number == 0 and line.startswith(codecs.BOM_UTF8):
                self.marked = True
                line = line.removeprefix(codecs.BOM_UTF8)
            if b"\x00" in line:
                raise Invalid(NOT_TEXT, field="file")
            yield self._text(line)

    def _text(self, line: bytes) -> str:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            self.other_lines += 1
            return line.decode("cp1252", errors="replace").replace("\ufffd", "?")
        self.utf8_lines += not text.isascii()
        return text

    def _wide(self, file: IO[bytes], encoding: str) -> Iterator[str]:
        file.seek(2)
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
            return "mixed" if self.utf8_lines or self.marked else "Windows-1252"
        return "UTF-8"


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


def read_cells(texts: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield a table's rows with their numbers, as a spreadsheet counts them. Memory holds a row at a time.

    A formula is the text it is: nothing is worked out. Raises Invalid where a quotation mark is never closed.
    """
    csv.field_size_limit(LONGEST_CELL)
    number = 0
    reader = csv.reader(_lines(texts), delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(
                f"Row {number + 1} cannot be read: a cell is longer than {LONGEST_CELL} characters. Most likely a"
                ' quotation mark (") in it is never closed.',
                field="file",
            ) from error
        number += 1
        if number == 1 and delimiter.join(cells).lower() in {f"sep={delimiter}", "sep="}:
            continue  # Excel's own hint
        yield number, cells


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
