"""Python and PostgreSQL fold the same way, or a search would miss what it looks for."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Value
from django.test import Client as Browser

from clients.models import Client
from fitflow.core.folding import ACCENTED, Folded, fold
from tests.cast import Cast


@pytest.mark.parametrize(
    "text", ["Étienne Caron", "ŁUKASZ Żak", "Søren", "O’Brien-Núñez", "محمد", "木", ACCENTED]
)
def test_both_fold_alike(lotus: Cast, text: str) -> None:
    found = Client.objects.values_list(Folded(Value(text)), flat=True)[0]
    assert found == fold(text)


def test_the_index_of_names_serves_a_search(lotus: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    rows = Client.objects.alias(folded=Folded("name")).filter(folded__contains=fold("Étienne"))
    assert "client_name_search" in rows.explain()
    assert rows.get().name == "Étienne Caron"


@pytest.mark.parametrize(
    "page", ["/clients/", "/invoices/", "/messages/", "/api/v1/invoices/", "/api/v1/clients/"]
)
@pytest.mark.parametrize("typed", ["\x00", "Zoë\x00", "🧘 שלום", "%_\\", "x " * 2000])
def test_every_search_takes_whatever_is_typed(cast: Cast, page: str, typed: str) -> None:
    browser = Browser(headers={"host": f"lotus.{settings.PUBLIC_HOST}"})
    browser.force_login(cast.user["owner"], "django.contrib.auth.backends.ModelBackend")
    assert browser.get(page, {"q": typed}).status_code == 200
