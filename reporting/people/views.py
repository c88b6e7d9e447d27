"""Clients for the people who work with them: the list, and one client with all that belongs to her."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fitflow.core.clock import now
from reporting.people import selectors
from reporting.portal.bookings import all_shown
from studios.shared.decorators import staff_required
from trainers.services import record_reading
from trainers.views.note_forms import empty_note_form
from trainers.views.notes import no_cache

PER_PAGE = 25
SESSIONS_PER_PAGE = 10
LONGEST_SEARCH = 200
SHOWS = ("past", "coming", "cancelled")


@require_safe
@staff_required
def client_list(request: HttpRequest) -> HttpResponse:
    """Show whom she trains, or everybody of the studio; htmx is answered with the list alone while one types."""
    actor, studio = request.actor, request.studio  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    archived = request.GET.get("show") == "archived"
    found = selectors.clients_of(actor, studio, text=text, archived=archived)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": selectors.client_rows(actor, list(page.object_list), now()),
        "text": text,
        "archived": archived,
        "sees_all": selectors.sees_all(actor),
        "sees_amounts": selectors.sees_amounts(actor),
    }
    part = bool(request.htmx)  # type: ignore[attr-defined]
    response = render(request, f"studio/clients/{'_list' if part else 'list'}.html", context)
    response["Vary"] = "HX-Request"
    return response


@require_safe
@no_cache
@staff_required
def client_detail(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show one client: next and last session, what she owes, notes, past sessions, and how she is reached."""
    actor, studio = request.actor, request.studio  # type: ignore[attr-defined]
    at = now()
    shown = selectors.client_page(actor, studio, client_id, at)
    show = request.GET.get("sessions", "")
    show = show if show in SHOWS else SHOWS[0]
    history = selectors.history_of(actor, shown.client, show, at)
    page = Paginator(history, SESSIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "client": shown.client,
        "page": page,
        "show": show,
        "history": all_shown(page.object_list, at),
        "sees_all": selectors.sees_all(actor),
    }
    if shown.notes is not None:
        record_reading(actor=actor, notes=shown.notes.shown)
    if shown.may_write:
        context |= {
            "note_form": empty_note_form(actor),
            "about": shown.client.name,
            "client_id": shown.client.pk,
        }
    return render(request, "studio/clients/detail.html", context)
