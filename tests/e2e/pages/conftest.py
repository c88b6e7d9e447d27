"""Somebody's browser, with eyes: whatever they find is told at the end of the test, all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import sign_in
from tests.e2e.pages.looking import PHONE, Eyes
from tests.e2e.pages.plan import LOOKED_AT
from tests.world import World

EyesOf = Callable[..., Eyes]


@pytest.fixture
def eyes_of(browser: Browser, world: World, request: pytest.FixtureRequest) -> Iterator[EyesOf]:
    """Give the eyes of a person of the demo world, signed in at the platform's host; `nobody` is not.

    At the end of the test they must have seen what the plan says it looks at.
    """
    opened: list[Eyes] = []

    def eyes_of(who: str = "nobody") -> Eyes:
        context = browser.new_context(
            viewport=PHONE,
            reduced_motion="reduce",
            color_scheme="light",
            locale="en-CA",
            service_workers="block",
        )
        eyes = Eyes(context.new_page(), world)
        opened.append(eyes)
        if who != "nobody":
            eyes.page.goto(world.url("/account/login/"))
            sign_in(eyes.page, who, world.password)
        return eyes

    yield eyes_of
    for eyes in opened:
        eyes.page.context.close()
    faults = [fault for eyes in opened for fault in eyes.faults]
    assert not faults, "\n" + "\n".join(faults)
    seen = {name for eyes in opened for name in eyes.seen}
    planned = LOOKED_AT.get(request.function.__name__, "").split()
    missed = {plan for plan in planned if not any(fnmatchcase(name, plan) for name in seen)}
    assert not missed, f"It was to look at {missed}."
