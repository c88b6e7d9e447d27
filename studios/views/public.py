"""The platform's own host: the landing page, my studios, opening a studio, taking an invitation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from fitflow.core.context import studio_url
from fitflow.core.refusals import REFUSALS, show_refusal
from studios.api import not_too_many_studios
from studios.forms import OpenStudioForm
from studios.services import open_own_studio
from studios.shared.decorators import signed_in
from studios.shared.glances import glances_at
from studios.shared.models import Role, Studio
from studios.shared.selectors import address_problem, organizations_owned_by


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What FitFlow does, for whoever comes by."""
    return render(request, "public/landing.html")


@signed_in
def home(request: Any) -> HttpResponse:
    """Where a sign-in leads: into the one studio, to the list of several, or to the platform's admin."""
    studios = list(request.my_studios)
    if len(studios) == 1:
        return HttpResponseRedirect(studios[0].url)
    if not studios and request.user.is_staff:
        return redirect("/admin/")
    return redirect("my_studios")


@signed_in
@require_safe
def my_studios(request: Any) -> HttpResponse:
    """Each studio with what there is today, and the way in."""
    studios = list(request.my_studios)
    for studio in studios:
        studio.role_words = ", ".join(Role(role).label for role in Role.values if role in studio.my_roles)
        studio.glances = glances_at(
            studio, user_id=request.user.pk, name=request.user.name, roles=studio.my_roles
        )
    return render(request, "public/my_studios.html", {"studios": studios})


@require_http_methods(["GET", "POST"])
def open_studio(request: Any) -> HttpResponse:
    """Open a studio of one's own; who has no account yet makes one first and comes back."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(f"{reverse('account_signup')}?{urlencode({'next': request.path})}")
    form = OpenStudioForm(request.POST or None, organizations=organizations_owned_by(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            studio = _open(request.user, form.cleaned_data)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            messages.success(request, f"{studio.name} is open. Add a service, then book your first session.")
            return HttpResponseRedirect(_calendar_of(studio))
    context = {"form": form, "host": settings.PUBLIC_HOST}
    return render(request, "public/open_studio.html", context, status=422 if form.errors else 200)


def _open(user: Any, fields: dict[str, Any]) -> Studio:
    not_too_many_studios(user)
    return open_own_studio(owner=user, **fields)


def _calendar_of(studio: Studio) -> str:
    try:
        return studio_url(studio.slug, reverse("calendar", urlconf=settings.STUDIO_URLCONF))
    except NoReverseMatch:
        return studio.url


@signed_in
@require_safe
def studio_address(request: Any) -> HttpResponse:
    """Whether a studio can have this address, for the form as one types."""
    slug = request.GET.get("slug", "").strip().lower()
    problem = address_problem(slug)
    return JsonResponse(
        {"slug": slug, "available": not problem, "message": problem or "This address is free."}
    )
