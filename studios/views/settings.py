"""The studio itself: its name and colour, its places, their rooms and equipment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fitflow.core.errors import Conflict, NotPermitted
from fitflow.core.flash import undoable
from fitflow.core.refusals import REFUSALS, show_refusal
from studios import selectors, services
from studios.forms import EquipmentForm, LocationForm, RoomForm, StudioForm
from studios.models import Location
from studios.shared.decorators import roles_required, sign_in_url
from studios.shared.models import Role

LOCATION_FIELDS = ("name", "street", "city", "postal_code", "province", "timezone", "closed_on_holidays")
ANOTHER_ZONE = "If you change it, what is booked keeps its moment. Hours and later sessions of a series go by the new clock."
managers = roles_required(Role.OWNER, Role.MANAGER)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What belongs to a place, each kind with the same four pages: its form, and the use cases behind it."""

    name: str  # of the row, in URLs, templates and services
    words: str
    form: type[forms.Form]
    begins: dict[str, Any] = field(default_factory=dict)
    fetch: Callable[[UUID], Any]
    add: Callable[..., Any]
    change: Callable[..., Any]
    retire: Callable[..., Any]
    restore: Callable[..., Any]


ROOM = Part(
    name="room",
    words="a room",
    form=RoomForm,
    fetch=selectors.fetch_room,
    add=services.add_room,
    change=services.change_room,
    retire=services.retire_room,
    restore=services.restore_room,
)
EQUIPMENT = Part(
    name="equipment",
    words="equipment",
    form=EquipmentForm,
    begins={"quantity": 1},
    fetch=selectors.fetch_equipment,
    add=services.add_equipment,
    change=services.change_equipment,
    retire=services.retire_equipment,
    restore=services.restore_equipment,
)


def sign_in(request: Any) -> HttpResponse:
    """The way from a studio's host to the one sign-in page, and back."""
    return HttpResponseRedirect(sign_in_url(request.build_absolute_uri("/")))


@managers
@require_safe
def studio_settings(request: Any) -> HttpResponse:
    """Name and colour, places and rooms."""
    return _settings(request, StudioForm(initial={"name": request.studio.name, "hue": request.studio.hue}))


def _settings(request: Any, form: StudioForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "places": selectors.places(), "owns": request.actor.has(Role.OWNER)}
    return render(request, "studio/settings/index.html", context, status=status)


@roles_required(Role.OWNER)
@require_POST
def studio_change(request: Any) -> HttpResponse:
    """Change the studio's name and colour."""
    form = StudioForm(request.POST)
    if form.is_valid():
        try:
            services.change_studio(actor=request.actor, studio=request.studio, **form.cleaned_data)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("studio_settings")
    return _settings(request, form, status=422)


def _saved(request: Any, form: Any, title: str, save: Any, **context: Any) -> HttpResponse:
    """Answer one of the forms of a place or a room: shown, refused, or saved."""
    if request.method == "POST" and form.is_valid():
        try:
            row = save(form.cleaned_data)
        except NotPermitted:
            raise
        except REFUSALS as error:
            show_refusal(form, error)
            if isinstance(error, Conflict):
                context["needed_by"] = error.details.get("session")
        else:
            messages.success(request, f"{row.name} is saved.")
            return redirect("studio_settings")
    context |= {"form": form, "title": title}
    return render(request, "studio/settings/form.html", context, status=422 if form.errors else 200)


@managers
@require_http_methods(["GET", "POST"])
def location_add(request: Any) -> HttpResponse:
    """Add a place."""
    initial = {"province": request.studio.province, "timezone": request.studio.timezone}
    form = LocationForm(request.POST or None, initial=initial)
    return _saved(
        request, form, "Add a place", lambda data: services.add_location(actor=request.actor, **data)
    )


@managers
@require_http_methods(["GET", "POST"])
def location_edit(request: Any, location_id: UUID) -> HttpResponse:
    """Change a place."""
    row = selectors.fetch_location(location_id)
    form = LocationForm(request.POST or None, initial={name: getattr(row, name) for name in LOCATION_FIELDS})
    form.fields["timezone"].help_text = ANOTHER_ZONE

    def save(data: dict[str, Any]) -> Location:
        return services.change_location(actor=request.actor, location=row, **data)

    return _saved(request, form, row.name, save, location=row)


@managers
@require_POST
def location_retire(request: Any, location_id: UUID) -> HttpResponse:
    """Take a place out of use."""
    row = selectors.fetch_location(location_id)
    try:
        services.retire_location(actor=request.actor, location=row)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        undoable(request, f"{row.name} is out of use.", _path("location_restore", row.pk))
    return redirect("studio_settings")


@managers
@require_POST
def location_restore(request: Any, location_id: UUID) -> HttpResponse:
    """Take a place into use again."""
    row = services.restore_location(actor=request.actor, location=selectors.fetch_location(location_id))
    messages.success(request, f"{row.name} is in use again.")
    return redirect("studio_settings")


@managers
@require_http_methods(["GET", "POST"])
def part_add(request: Any, part: Part, location_id: UUID) -> HttpResponse:
    """Add a room or equipment to a place."""
    place = selectors.fetch_location(location_id)
    form = part.form(request.POST or None, initial=part.begins)

    def save(data: dict[str, Any]) -> Any:
        return part.add(actor=request.actor, location=place, **data)

    return _saved(request, form, f"Add {part.words} at {place.name}", save)


@managers
@require_http_methods(["GET", "POST"])
def part_edit(request: Any, part: Part, **ids: UUID) -> HttpResponse:
    """Change a room, or some equipment."""
    row = part.fetch(ids[f"{part.name}_id"])
    form = part.form(
        request.POST or None, initial={name: getattr(row, name) for name in part.form.base_fields}
    )

    def save(data: dict[str, Any]) -> Any:
        return part.change(actor=request.actor, **{part.name: row}, **data)

    return _saved(request, form, f"{row.name}, {row.location.name}", save, **{part.name: row})


@managers
@require_POST
def part_retire(request: Any, part: Part, **ids: UUID) -> HttpResponse:
    """Take a room or equipment out of use."""
    row = part.retire(actor=request.actor, **{part.name: part.fetch(ids[f"{part.name}_id"])})
    undoable(request, f"{row.name} is out of use.", _path(f"{part.name}_restore", row.pk))
    return redirect("studio_settings")


@managers
@require_POST
def part_restore(request: Any, part: Part, **ids: UUID) -> HttpResponse:
    """Take a room or equipment into use again."""
    row = part.restore(actor=request.actor, **{part.name: part.fetch(ids[f"{part.name}_id"])})
    messages.success(request, f"{row.name} is in use again.")
    return redirect("studio_settings")


def _path(name: str, row_id: UUID) -> str:
    return redirect(name, row_id).url
