"""No page is forgotten: what answers a browser is looked at by a test, or stands among what is no page, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

from tests.e2e.pages.plan import LOOKED_AT, NO_PAGE
from tests.isolation.table import PAGES

PLANNED = {name for names in LOOKED_AT.values() for name in names.split()}


def names_of(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            if one.name:
                yield f"{space}{one.name}"
        else:
            yield from names_of(one, f"{one.namespace}:" if one.namespace else space)


def every_name() -> set[str]:
    """Return the names of all URLs of both hosts, but for those that a browser only posts to."""
    names = {name for host in ("public", "studio") for name in names_of(get_resolver(f"fitflow.urls_{host}"))}
    return {name for name in names if "GET" in PAGES.get(name, {"GET": ""})}


def is_one_of(name: str, patterns: set[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def test_every_page_is_looked_at() -> None:
    forgotten = {name for name in every_name() if not is_one_of(name, PLANNED | set(NO_PAGE))}
    assert not forgotten, f"Let a test in tests/e2e/pages look at them, and say so in plan.py: {forgotten}"


def test_the_plan_names_nothing_that_is_not_there() -> None:
    names = every_name()
    assert not {plan for plan in PLANNED | set(NO_PAGE) if not any(is_one_of(name, {plan}) for name in names)}


def test_every_test_of_the_plan_is_there() -> None:
    here = Path(__file__).parent
    modules = [import_module(f"tests.e2e.pages.{path.stem}") for path in here.glob("test_*.py")]
    assert not {test for test in LOOKED_AT if not any(hasattr(module, test) for module in modules)}
