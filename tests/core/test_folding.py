"""Python and PostgreSQL fold the same way, or a search would miss what it looks for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Value

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
