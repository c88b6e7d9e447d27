from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from fitflow.core.errors import Conflict
from notifications.policies import visible_deliveries
from notifications.selectors import FILTERS, search_deliveries, trouble_count
from notifications.services import resend
from studios.shared.decorators import roles_required
from studios.shared.models import Role

PAGE = 25
messages_required = roles_required(Role.OWNER, Role.MANAGER)


@messages_required
@require_safe
def delivery_list(request: HttpRequest) -> HttpResponse:
    """What was sent to whom, and how it ended; newest first."""
    words, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    mine = visible_deliveries(request.actor)  # type: ignore[attr-defined]
    found = search_deliveries(mine, words=words, status=status)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    values = {
        "page_obj": page,
        "words": words,
        "status": status if status in FILTERS else "",
        "filters": [(key, label) for key, (label, _) in FILTERS.items()],
        "trouble": trouble_count(mine),
        "any": bool(words or status or page.paginator.count),
        "zone": request.studio.timezone,  # type: ignore[attr-defined]
    }
    return render(request, "studio/delivery_list.html", values)


@messages_required
@require_POST
def delivery_resend(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Send a failed or unknown message once more."""
    try:
        delivery = resend(actor=request.actor, delivery_id=delivery_id)  # type: ignore[attr-defined]
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The message to {delivery.recipient} is on its way again.")
    return redirect("delivery_list")
