"""The platform's own admin: one site, on the public host only, for staff with a second factor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from unfold.sites import UnfoldAdminSite

from fitflow.admin import guard, signing_in
from fitflow.admin.dashboard import figures


class PlatformSite(UnfoldAdminSite):
    """unfold's site behind a password and a one-time code (as django-otp's OTPAdminSite), with our sign-in pages.

    Registered models are those of the public schema alone: what is in a studio cannot be reached from here.
    """

    site_url = "/"
    index_title = "Overview"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        return guard.may_enter(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return guard.with_pages_policy(guard.own_pages_only(super().admin_view(view, cacheable)))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        mine = [
            path("sign-in/code/", signing_in.code, name="sign_in_code"),
            path("sign-in/set-up/", signing_in.set_up, name="sign_in_set_up"),
            path("recovery-codes/", super().admin_view(signing_in.recovery_codes), name="recovery_codes"),
        ]
        return [*mine, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        return signing_in.password(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return signing_in.leave(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().index(request, {"figures": figures(), **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        # Colours stand in static/css/admin.css: unfold would write them into an inline style.
        context: dict[str, Any] = {**super().each_context(request), "colors": None}
        context["history_url"] = reverse("admin:studios_shared_platformauditevent_changelist")
        return context


site = PlatformSite()
