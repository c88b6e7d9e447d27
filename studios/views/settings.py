"""The studio itself: its name and colour, its places, their rooms and equipment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fitflow.core.errors import Conflict, NotPermitted
from fitflow.core.flash import undoable
from fitflow.core.refusals import REFUSALS, show_refusal
from studios import selectors, services
from studios.forms import EquipmentForm, LocationForm, RoomForm, StudioForm
from studios.models import Equipment, Location, Room
from studios.shared.decorators import roles_required, sign_in_url
from studios.shared.models import Role

LOCATION_FIELDS = ("name", "street", "city", "postal_code", "province", "timezone", "closed_on_holidays")
ANOTHER_ZONE = "If you change it, what is booked keeps its moment. Hours and later sessions of a series go by the new clock."
managers = roles_required(Role.OWNER, Role.MANAGER)


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
def room_add(request: Any, location_id: UUID) -> HttpResponse:
    """Add a room to a place."""
    place = selectors.fetch_location(location_id)
    form = RoomForm(request.POST or None)

    def save(data: dict[str, Any]) -> Room:
        return services.add_room(actor=request.actor, location=place, **data)

    return _saved(request, form, f"Add a room at {place.name}", save)


@managers
@require_http_methods(["GET", "POST"])
def room_edit(request: Any, room_id: UUID) -> HttpResponse:
    """Change a room."""
    row = selectors.fetch_room(room_id)
    form = RoomForm(request.POST or None, initial={"name": row.name, "capacity": row.capacity})

    def save(data: dict[str, Any]) -> Room:
        return services.change_room(actor=request.actor, room=row, **data)

    return _saved(request, form, f"{row.name}, {row.location.name}", save, room=row)


@managers
@require_POST
def room_retire(request: Any, room_id: UUID) -> HttpResponse:
    """Take a room out of use."""
    row = services.retire_room(actor=request.actor, room=selectors.fetch_room(room_id))
    undoable(request, f"{row.name} is out of use.", _path("room_restore", row.pk))
    return redirect("studio_settings")


@managers
@require_POST
def room_restore(request: Any, room_id: UUID) -> HttpResponse:
    """Take a room into use again."""
    row = services.restore_room(actor=request.actor, room=selectors.fetch_room(room_id))
    messages.success(request, f"{row.name} is in use again.")
    return redirect("studio_settings")


@managers
@require_http_methods(["GET", "POST"])
def equipment_add(request: Any, location_id: UUID) -> HttpResponse:
    """Add equipment to a place."""
    place = selectors.fetch_location(location_id)
    form = EquipmentForm(request.POST or None, initial={"quantity": 1})

    def save(data: dict[str, Any]) -> Equipment:
        return services.add_equipment(actor=request.actor, location=place, **data)

    return _saved(request, form, f"Add equipment at {place.name}", save)


@managers
@require_http_methods(["GET", "POST"])
def equipment_edit(request: Any, equipment_id: UUID) -> HttpResponse:
    """Change some equipment."""
    row = selectors.fetch_equipment(equipment_id)
    form = EquipmentForm(request.POST or None, initial={"name": row.name, "quantity": row.quantity})

    def save(data: dict[str, Any]) -> Equipment:
        return services.change_equipment(actor=request.actor, equipment=row, **data)

    return _saved(request, form, f"{row.name}, {row.location.name}", save, equipment=row)


@managers
@require_POST
def equipment_retire(request: Any, equipment_id: UUID) -> HttpResponse:
    """Take equipment out of use."""
    row = services.retire_equipment(actor=request.actor, equipment=selectors.fetch_equipment(equipment_id))
    undoable(request, f"{row.name} is out of use.", _path("equipment_restore", row.pk))
    return redirect("studio_settings")


@managers
@require_POST
def equipment_restore(request: Any, equipment_id: UUID) -> HttpResponse:
    """Take equipment into use again."""
    row = services.restore_equipment(actor=request.actor, equipment=selectors.fetch_equipment(equipment_id))
    messages.success(request, f"{row.name} is in use again.")
    return redirect("studio_settings")


def _path(name: str, row_id: UUID) -> str:
    return redirect(name, row_id).url
