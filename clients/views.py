"""Adding a client, changing what is known of her, archiving her, and inviting her to her portal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clients.forms import ClientForm
from clients.models import Client
from clients.policies import editable_client
from clients.services import add_client, change_client, invite_client, record_team_reading
from fitflow.core.api.throttles import slow_down_mail
from fitflow.core.errors import Conflict, FitFlowError
from fitflow.core.flash import undoable
from studios.shared.decorators import staff_required
from studios.shared.policies import Capability, require


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def client_new(request: HttpRequest) -> HttpResponse:
    """Add a client; `?name=` comes from a search that found nobody."""
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, Capability.CLIENTS_MANAGE)
    form = ClientForm(request.POST or None, initial={"name": request.GET.get("name", "")[:200]})
    if request.method == "POST" and form.is_valid():
        try:
            client = add_client(actor=actor, **form.cleaned_data)
        except (FitFlowError, ValidationError) as error:
            form.refuse(error, actor)
        else:
            messages.success(request, f"{client.name} is a client now.")
            return redirect("client_detail", client.pk)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def client_edit(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Change a client's contact data."""
    actor = request.actor  # type: ignore[attr-defined]
    client = editable_client(actor, client_id)
    form = ClientForm(*([request.POST] if request.method == "POST" else []), client=client)
    if form.is_valid():
        try:
            client = change_client(actor=actor, client_id=client.pk, **form.cleaned_data)
        except (FitFlowError, ValidationError) as error:
            form.refuse(error, actor)
        else:
            messages.success(request, f"Saved what you changed about {client.name}.")
            return redirect("client_detail", client.pk)
    return _form_page(request, form, client)


def _form_page(request: HttpRequest, form: ClientForm, client: Client | None = None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "client": client}
    return render(request, "studio/clients/form.html", context, status=422 if form.errors else 200)


@require_POST
@staff_required
def client_archive(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Take a client off the lists from which sessions are booked; her past stays."""
    client = change_client(actor=request.actor, client_id=client_id, is_active=False)  # type: ignore[attr-defined]
    undoable(request, f"{client.name} is archived.", reverse("client_restore", args=[client.pk]))
    return redirect("client_detail", client.pk)


@require_POST
@staff_required
def client_restore(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Bring an archived client back."""
    client = change_client(actor=request.actor, client_id=client_id, is_active=True)  # type: ignore[attr-defined]
    messages.success(request, f"{client.name} can be booked again.")
    return redirect("client_detail", client.pk)


@require_POST
@staff_required
def client_team_reading(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Note that a client agrees that her trainer's team lead reads notes about her, or no longer does."""
    agreed = request.POST.get("agreed") == "yes"
    client = record_team_reading(actor=request.actor, client_id=client_id, agreed=agreed)  # type: ignore[attr-defined]
    words = (
        "The trainer admin reads notes of the team about"
        if agreed
        else "The team’s notes are closed again about"
    )
    messages.success(request, f"{words} {client.name}.")
    return redirect("client_detail", client.pk)


@require_POST
@staff_required
def client_invite(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Mail a client the link to her portal, once more if need be."""
    actor, studio = request.actor, request.studio  # type: ignore[attr-defined]
    slow_down_mail(actor.user_id)
    try:
        invitation = invite_client(actor=actor, studio=studio, client_id=client_id)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"We are mailing the invitation to {invitation.email}.")
    return redirect("client_detail", client_id)
