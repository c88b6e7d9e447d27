"""Reading a calendar file as a strict and simple program would: by the lines of RFC 5545 alone, without a library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NAME = re.compile(r"[A-Z][A-Z0-9-]*")
ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass
class Line:
    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value as TEXT, unescaped."""
        return ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], self.value)


@dataclass
class Part:
    kind: str
    lines: list[Line]
    parts: list[Part]

    def __getitem__(self, name: str) -> Line:
        (line,) = [line for line in self.lines if line.name == name]
        return line

    def __contains__(self, name: str) -> bool:
        return any(line.name == name for line in self.lines)

    def of(self, kind: str) -> list[Part]:
        return [part for part in self.parts if part.kind == kind]


def read(content: bytes) -> Part:
    """Return the calendar; fail where a line is no line of the standard."""
    assert content.endswith(b"\r\n")
    physical = content[:-2].split(b"\r\n")
    for line in physical:
        assert not {b"\n", b"\r"} & {line[at : at + 1] for at in range(len(line))}
        assert len(line) <= 75, line
    logical: list[bytes] = []
    for line in physical:
        if line.startswith((b" ", b"\t")):
            logical[-1] += line[1:]
        else:
            logical.append(line)
    stack = [Part("", [], [])]
    for raw in logical:
        found = parse(raw.decode("utf-8"))
        if found.name == "BEGIN":
            part = Part(found.value, [], [])
            stack[-1].parts.append(part)
            stack.append(part)
        elif found.name == "END":
            assert stack.pop().kind == found.value
        else:
            stack[-1].lines.append(found)
    assert len(stack) == 1
    (calendar,) = stack[0].parts
    assert calendar.kind == "VCALENDAR"
    return calendar


def parse(line: str) -> Line:
    head, _, value = line.partition(":")
    name, *parameters = head.split(";")
    assert NAME.fullmatch(name), line
    assert all(letter == "\t" or letter.isprintable() for letter in line), line
    return Line(name, dict(one.split("=", 1) for one in parameters), value)


def instant(calendar: Part, line: Line) -> datetime:
    """Return a time in UTC by the rules that the file itself gives of its zone."""
    if line.value.endswith("Z"):
        return datetime.strptime(line.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    local = _wall(line.value)
    (zone,) = [one for one in calendar.of("VTIMEZONE") if one["TZID"].value == line.parameters["TZID"]]
    onsets = []
    for rule in zone.parts:
        assert "RRULE" not in rule
        starts = [rule["DTSTART"].value]
        if "RDATE" in rule:
            starts += rule["RDATE"].value.split(",")
        onsets += [(_wall(start), _offset(rule["TZOFFSETTO"].value)) for start in starts]
    offset = max((onset for onset in onsets if onset[0] <= local), key=lambda onset: onset[0])[1]
    return (local - offset).replace(tzinfo=UTC)


def _wall(value: str) -> datetime:
    return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007


def _offset(value: str) -> timedelta:
    sign = -1 if value[0] == "-" else 1
    return sign * timedelta(hours=int(value[1:3]), minutes=int(value[3:5]))
