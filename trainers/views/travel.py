"""Travel times: between the studio's places, and a trainer's own between her studios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fitflow.core.errors import FitFlowError, NotPermitted
from studios.models import Location
from studios.shared.decorators import roles_required, signed_in
from studios.shared.models import Role
from studios.shared.requests import StudioRequest
from trainers.services import set_travel
from trainers.services.travel import (
    MOST,
    own_studios,
    own_travel_minutes,
    pairs,
    set_own_travel,
    travel_minutes,
)


@dataclass
class Way:
    """The way between two places or studios: its minutes as typed; empty means the default."""

    first: Any
    second: Any
    minutes: str
    error: str = ""

    @property
    def pair(self) -> frozenset[UUID]:
        return frozenset({self.first.pk, self.second.pk})

    @property
    def name(self) -> str:
        return f"way-{self.first.pk}-{self.second.pk}"


class TravelForm:
    """A default, and the ways between each two of the rows."""

    def __init__(
        self, rows: list[Any], default: int, known: dict[frozenset[UUID], int], data: Any = None
    ) -> None:
        self.default = str(default) if data is None else data.get("default", "")[:4]
        self.default_error = ""
        self.ways = [Way(first, second, "") for first, second in pairs(rows)]
        for way in self.ways:
            stored = known.get(way.pair)
            way.minutes = (
                ("" if stored is None else str(stored)) if data is None else data.get(way.name, "")[:4]
            )

    def read(self) -> tuple[int, dict[frozenset[UUID], int | None]] | None:
        """Return the default and the ways; None where one is no number of minutes."""
        default, wrong = _minutes(self.default or "0")
        self.default_error = wrong
        found: dict[frozenset[UUID], int | None] = {}
        for way in self.ways:
            found[way.pair], way.error = _minutes(way.minutes) if way.minutes.strip() else (None, "")
        bad = self.default_error or any(way.error for way in self.ways)
        return None if bad or default is None else (default, found)


def _minutes(text: str) -> tuple[int | None, str]:
    words = text.strip()
    if not (words.isascii() and words.isdigit()) or int(words) > MOST:
        return None, f"Write minutes, 0 to {MOST}."
    return int(words), ""


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.OWNER, Role.MANAGER)
def travel(request: StudioRequest) -> HttpResponse:
    """Show and set the minutes between the studio's places."""
    rows = list(Location.objects.filter(is_active=True))
    default, known = travel_minutes()
    form = TravelForm(rows, default, known, request.POST if request.method == "POST" else None)
    asked = form.read() if request.method == "POST" else None
    if asked is not None:
        try:
            set_travel(actor=request.actor, default=asked[0], ways=asked[1])
        except NotPermitted:
            raise
        except FitFlowError as error:
            form.default_error = error.message
        else:
            messages.success(request, "Travel times are saved. Free times keep them from now on.")
            return redirect("travel")
    return _answer(request, form, "places", request.method == "POST")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def my_travel(request: StudioRequest) -> HttpResponse:
    """Show and set a trainer's own minutes between her studios."""
    rows = own_studios(request.user)
    default, known = own_travel_minutes(request.user)
    form = TravelForm(rows, default, known, request.POST if request.method == "POST" else None)
    asked = form.read() if request.method == "POST" else None
    if asked is not None:
        try:
            set_own_travel(user=request.user, default=asked[0], ways=asked[1])
        except FitFlowError as error:
            form.default_error = error.message
        else:
            messages.success(
                request, "Travel times are saved. Each of your studios keeps them free from now on."
            )
            return redirect("my_travel")
    return _answer(request, form, "studios", request.method == "POST")


def _answer(request: StudioRequest, form: TravelForm, what: str, refused: bool) -> HttpResponse:
    return render(
        request, "trainer/travel.html", {"form": form, "what": what}, status=422 if refused else 200
    )
