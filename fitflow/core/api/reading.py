"""The OpenAPI description as people read it: groups of calls, their fields, and the shapes these are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
FORMATS = {
    "uuid": "UUID",
    "date": "date",
    "date-time": "instant",
    "time": "time",
    "decimal": "decimal number as text",
    "email": "e-mail address",
    "uri": "address",
    "binary": "file",
}
TYPES = {"integer": "whole number", "number": "number", "boolean": "true or false", "object": "object"}


@dataclass(frozen=True)
class Part:
    """A piece of a line: words, code, or the name of a shape that is described further down."""

    text: str
    shape: str = ""
    code: bool = False


@dataclass(frozen=True)
class Field:
    """One value that goes in or comes out."""

    name: str
    kind: tuple[Part, ...]
    required: bool
    note: tuple[Part, ...]
    place: str = ""


@dataclass(frozen=True)
class Call:
    """A method of a path."""

    id: str
    method: str
    path: str
    words: tuple[Part, ...]
    parameters: list[Field]
    sent: tuple[Part, ...]
    answers: list[tuple[str, tuple[Part, ...]]]


@dataclass(frozen=True)
class Shape:
    """An object of several fields, named once and used by several calls."""

    name: str
    fields: list[Field]


@dataclass(frozen=True)
class Description:
    """Everything a host's API answers to."""

    groups: list[tuple[str, list[Call]]]
    shapes: list[Shape]


@cache
def describe(urlconf: str) -> Description:
    """Return the API of a host, read from the code once per process."""
    generator: Any = SchemaGenerator
    schema: dict[str, Any] = generator(urlconf=urlconf).get_schema(request=None, public=True)
    known: dict[str, Any] = schema["components"]["schemas"]
    calls = sorted(_calls(schema["paths"], known), key=lambda found: found[0])
    groups = [(name, [call for _, call in rows]) for name, rows in groupby(calls, key=lambda found: found[0])]
    shapes = [
        Shape(name, list(_properties(shape, known)))
        for name, shape in sorted(known.items())
        if "properties" in shape
    ]
    return Description(groups, shapes)


def _calls(paths: dict[str, Any], known: dict[str, Any]) -> Iterator[tuple[str, Call]]:
    for path, methods in paths.items():
        for method in METHODS:
            if call := methods.get(method):
                name = str(call["tags"][0]).replace("-", " ").capitalize()
                yield name, _call(path, method, call, known)


def _call(path: str, method: str, call: dict[str, Any], known: dict[str, Any]) -> Call:
    return Call(
        id=call["operationId"],
        method=method.upper(),
        path=path,
        words=_words(call),
        parameters=[
            Field(
                row["name"],
                kind_of(row.get("schema", {}), known),
                row.get("required", False),
                _words(row),
                row["in"],
            )
            for row in call.get("parameters", [])
        ],
        sent=_content(call.get("requestBody", {}), known),
        answers=[(status, _content(answer, known)) for status, answer in call["responses"].items()],
    )


def _content(holder: dict[str, Any], known: dict[str, Any]) -> tuple[Part, ...]:
    for content in holder.get("content", {}).values():
        return kind_of(content.get("schema", {}), known)
    return ()


def _properties(shape: dict[str, Any], known: dict[str, Any]) -> Iterator[Field]:
    required = set(shape.get("required", []))
    for name, row in shape["properties"].items():
        yield Field(name, kind_of(row, known), name in required, _words(row))


def _words(row: dict[str, Any]) -> tuple[Part, ...]:
    """Return a description in pieces: what stands between backticks is code."""
    if "enum" in row or "$ref" in row:  # the choices are said already
        return ()
    pieces = enumerate(row.get("description", "").split("`"))
    return tuple(Part(text, code=number % 2 == 1) for number, text in pieces if text)


def kind_of(schema: dict[str, Any], known: dict[str, Any]) -> tuple[Part, ...]:
    """Return what a value may be, in words and names of shapes."""
    parts = _kind(schema, known)
    return (*parts, Part(", or null")) if schema.get("nullable") else parts


def _kind(schema: dict[str, Any], known: dict[str, Any]) -> tuple[Part, ...]:
    if reference := schema.get("$ref"):
        name = reference.rsplit("/", 1)[1]
        return (Part(name, name),) if "properties" in known[name] else _kind(known[name], known)
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return _either([kind_of(one, known) for one in schema[several]])
    if "enum" in schema:
        words = [str(value) for value in schema["enum"] if value not in {"", None}]
        return (Part(" | ".join(words) or "empty"),)
    if schema.get("type") == "array":
        return (Part("list of "), *kind_of(schema.get("items", {}), known))
    return (Part(_plain(schema)),)


def _either(kinds: list[tuple[Part, ...]]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for kind in kinds:
        parts += [Part(" or "), *kind] if parts else kind
    return tuple(parts)


def _plain(schema: dict[str, Any]) -> str:
    longest = schema.get("maxLength")
    if longest == 0:
        return "empty"
    if schema.get("type", "string") == "string":
        words = FORMATS.get(schema.get("format", ""), "text")
        return f"{words}, up to {longest} letters" if longest and words == "text" else words
    words, least, most = TYPES[schema["type"]], schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f"{words}, {least} to {most}"
    return f"{words} from {least}" if least is not None else words
