"""The page that describes the API names every call and every shape, and only leads where something is."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from fitflow.core.api.reading import Part, describe, kind_of
from tests.isolation.table import API

HOSTS = {"fitflow.urls_public": "fitflow.localhost", "fitflow.urls_studio": "lotus.fitflow.localhost"}


@pytest.mark.parametrize("urlconf", HOSTS)
def test_every_link_within_the_page_leads_somewhere(cast: object, urlconf: str) -> None:
    answer = Client(headers={"host": HOSTS[urlconf]}).get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) - {"main"} <= ids


def test_every_call_of_a_studio_is_on_it() -> None:
    told = {(call.method, call.path) for _, calls in describe("fitflow.urls_studio").groups for call in calls}
    for name, row in API.items():
        if name in {"api_schema", "api_docs"}:
            continue
        possible = get_resolver("fitflow.urls_studio").reverse_dict.getlist(name)[0][0][0][0]
        path = "/" + re.sub(r"%\((\w+)\)s", r"{\1}", possible)
        assert {(method, path) for method in row} <= told, name


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "format": "uuid", "nullable": True}, "UUID, or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Row"}}, "list of Row"),
        (
            {"oneOf": [{"$ref": "#/components/schemas/Kind"}, {"type": "string", "maxLength": 0}]},
            "a | b or empty",
        ),
        ({"type": "integer", "minimum": 0, "maximum": 100}, "whole number, 0 to 100"),
    ],
)
def test_what_a_field_holds_is_said_in_words(schema: dict[str, object], words: str) -> None:
    known = {"Row": {"properties": {}}, "Kind": {"enum": ["a", "b", ""]}}
    parts = kind_of(schema, known)
    assert "".join(part.text for part in parts) == words
    assert Part("Row", "Row") in parts or "Row" not in words
