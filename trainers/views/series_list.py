"""All series of the studio: who, what, when, the next session and until when."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studios.shared.decorators import staff_required
from studios.shared.policies import Capability, Scope, scope_of
from studios.shared.requests import StudioRequest
from trainers.models import TrainerProfile
from trainers.selectors_series import all_series, series_rows
from trainers.views.periods import uuid_from

PER_PAGE = 20
LONGEST_SEARCH = 200


@require_safe
@staff_required
def series_list(request: StudioRequest) -> HttpResponse:
    """Show the series that go on, or those that are over; htmx is answered with the list alone while one types."""
    query = request.GET
    text, over = query.get("q", "").strip()[:LONGEST_SEARCH], query.get("show") == "over"
    trainer = uuid_from(query.get("trainer", ""))
    found = all_series(request.actor, text=text, trainer=None if text else trainer, over=over)
    page = Paginator(found, PER_PAGE).get_page(query.get("page"))
    context = {
        "page": page,
        "rows": series_rows(page.object_list),
        "text": text,
        "over": over,
        "trainer": trainer,
        "trainers": TrainerProfile.objects.filter(series__isnull=False).distinct(),
        "may_make": scope_of(request.actor, Capability.SESSIONS_MANAGE) is not Scope.NONE,
    }
    response = render(request, f"trainer/{'_series_list' if request.htmx else 'series_list'}.html", context)
    response["Vary"] = "HX-Request"
    return response
