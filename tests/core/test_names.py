"""Names hold what can be seen: no line end, control character or mark that turns the text around it about."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import get_resolver
from rest_framework import serializers

from clients.models import Client
from fitflow.core.api.inputs import Name
from fitflow.core.fields import NameField, NameInput, validate_name
from fitflow.tenancy.context import studio_context
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.importing.bring import brought, checked
from trainers.models import Exercise

NAMES = {"name", "legal_name", "organization_name", "owner_name"}
OURS = ("fitflow.", "studios", "trainers", "clients", "billing", "notifications", "reporting")
# What we write ourselves: accounts of the ledger, taxes, and rows of a file before they are looked at.
OUR_WORDS = {"Account", "InvoiceTax", "LineTax", "ImportRow"}
EVIL = "Ada\u202eecila"
JOINED = "می‌خواهم 👩‍⚕️"


def below(one: type[Any]) -> Iterator[type[Any]]:
    for kind in one.__subclasses__():
        yield kind
        yield from below(kind)


@pytest.mark.parametrize(
    "text",
    [EVIL, "a\nb", "a\tb", "a\x1bb", "a\x7fb", "a\x85b", "a\u2028b", "a\u2066b", "a\u200eb", "\ud800"],
    ids=ascii,
)
def test_what_nobody_sees_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="nobody sees"):
        validate_name(text)


@pytest.mark.parametrize("text", ["Ada", "Étienne Caron", JOINED, "ليلى", "O’Neil-Smith, MD", "小林"])
def test_names_of_all_languages_are_names(text: str) -> None:
    validate_name(text)


def test_every_name_of_a_model_a_form_and_the_api_is_held_to_it() -> None:
    get_resolver("fitflow.urls_studio").url_patterns  # noqa: B018  all forms and shapes are imported by now
    get_resolver("fitflow.urls_public").url_patterns  # noqa: B018
    columns = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith(OURS) and model.__name__ not in OUR_WORDS
        for field in model._meta.local_fields
        if field.name in NAMES and type(field) is models.CharField
    ]
    fields = [
        f"{form.__module__}.{form.__name__}"
        for form in below(forms.Form)
        if form.__module__.startswith(OURS)
        for name, field in getattr(form, "base_fields", {}).items()
        if name in NAMES and not isinstance(field, NameInput)
    ]
    shapes = [
        f"{shape.__module__}.{shape.__name__}"
        for shape in below(serializers.Serializer)
        if shape.__module__.startswith(OURS) and shape.__name__.endswith("In")
        for name, field in shape._declared_fields.items()
        if name in NAMES and not isinstance(field, Name)
    ]
    assert columns + fields + shapes == []
    assert issubclass(type(Client._meta.get_field("name")), NameField)


def test_to_migrations_a_name_is_a_column_of_text() -> None:
    _, path, _, options = Exercise._meta.get_field("name").deconstruct()
    assert path == "django.db.models.CharField"
    assert "validators" not in options
    assert importlib.import_module("django.db.models").CharField(**options).max_length == 80


def test_the_api_refuses_it(cast: Cast) -> None:
    owner = Caller(cast, "owner")
    for path, more in (("clients/", {}), ("exercises/", {"measure": "load"})):
        answer = owner.post(path, {"name": EVIL, **more})
        assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
        assert "U+202E" in answer.error["details"]["name"][0]
    with studio_context(cast.lotus):
        assert not Client.objects.filter(name__contains="\u202e").exists()
        assert not Exercise.objects.exists()


def test_a_form_says_so_beside_the_field_and_keeps_what_was_typed(cast: Cast) -> None:
    page = browser_of(cast, "owner").post("/clients/new/", {"name": EVIL, "city": "Laval"})
    assert page.status_code == 422
    assert "There is a character in it that nobody sees (U+202E). Type it anew." in words_of(page)
    assert 'value="Laval"' in page.content.decode()


def test_of_a_file_it_is_left_out(lotus: Cast) -> None:
    brought(checked("Name,E-mail\nAda\u202e Lind\u200e,ada@example.com\n"))
    assert Client.objects.get(email="ada@example.com").name == "Ada Lind"
