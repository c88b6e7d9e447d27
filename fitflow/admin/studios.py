"""Organizations and studios: who owns them, where they answer, and opening one for somebody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from fitflow.admin.base import (
    PlatformAdmin,
    Question,
    ReadOnlyRows,
    count_of,
    field_of,
    link,
    list_of,
    page_of,
    staff_of,
    words_of,
)
from fitflow.admin.forms import NameForm, OpenStudioForm, ReasonForm
from fitflow.admin.site import site
from fitflow.core.errors import FitFlowError
from studios.shared import platform
from studios.shared.models import Domain, Member, Organization, Role, Studio

TONES = {
    Studio.Status.TRIAL: "info",
    Studio.Status.ACTIVE: "success",
    Studio.Status.SUSPENDED: "warning",
    Studio.Status.CLOSED: "default",
}


class StudioRows(ReadOnlyRows):
    """The studios of an organization."""

    model = Studio
    fields = ("page", "status", "province", "host", "created_at")
    ordering = ("name",)
    verbose_name_plural = "Studios"

    @display(description="Studio")
    def page(self, studio: Studio) -> SafeString:
        return link(page_of(studio), studio.name)

    @display(description="Host")
    def host(self, studio: Studio) -> SafeString:
        return _host(studio)


class DomainRows(ReadOnlyRows):
    """Where a studio answers."""

    model = Domain
    fields = ("domain", "is_primary")
    ordering = ("-is_primary", "domain")
    verbose_name_plural = "Domains"


class TeamRows(ReadOnlyRows):
    """Who works in a studio; its clients stand in the list of members."""

    model = Member
    fields = ("person", "email", "role", "created_at")
    verbose_name_plural = "Team"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        rows = super().get_queryset(request).exclude(role=Role.CLIENT).select_related("user")
        return rows.order_by("role", "user__name")  # type: ignore[no-any-return]

    @display(description="Person")
    def person(self, member: Member) -> SafeString:
        return link(page_of(member.user), member.user.name or member.user.email)

    @display(description="E-mail")
    def email(self, member: Member) -> str:
        return member.user.email


@admin.register(Organization, site=site)
class OrganizationAdmin(PlatformAdmin):
    heading = "Organizations"
    list_display = ("name", "studio_count", "member_count", "created_at")
    search_fields = ("name", "studios__name", "studios__slug")
    search_help_text = "Name of the organization or of one of its studios"
    list_filter = (("created_at", RangeDateFilter),)
    list_filter_submit = True
    date_hierarchy = "created_at"
    ordering = ("name",)
    fieldsets = ((None, {"fields": ("name", "created_at")}),)
    inlines = (StudioRows,)
    actions_detail = ("rename",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        studios = Studio.objects.filter(organization=OuterRef("pk"))
        members = Member.objects.filter(studio__organization=OuterRef("pk"))
        rows: QuerySet[Organization] = super().get_queryset(request)
        return rows.annotate(
            studios_there=count_of(studios, "organization", Count("pk")),
            members_there=count_of(members, "studio__organization", Count("user", distinct=True)),
        )

    @display(description="Studios", ordering="studios_there")
    def studio_count(self, organization: Any) -> SafeString:
        return link(list_of(Studio, organization__id__exact=organization.pk), organization.studios_there)

    @display(description="Members", ordering="members_there")
    def member_count(self, organization: Any) -> int:
        return int(organization.members_there)

    @action(description="Rename", icon="edit")
    def rename(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act(name: str) -> str:
            platform.rename_organization(staff=staff_of(request), organization=row, name=name)
            return f"{row.name} is called {name} from now on."

        text = "The name stands on the studios' pages and documents as the business behind them."
        return self.ask(request, row, Question(f"Rename {row.name}", text, "Rename", NameForm), act)


@admin.register(Studio, site=site)
class StudioAdmin(PlatformAdmin):
    heading = "Studios"
    list_display = (
        "named",
        "state",
        "organization_link",
        "province",
        "timezone",
        "member_count",
        "owned",
        "created_at",
    )
    list_filter = ("status", "province", ("created_at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("organization",)
    search_fields = ("name", "slug", "organization__name", "domains__domain")
    search_help_text = "Studio, address, host or organization"
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("name", "status"), ("host", "organization_link"))}),
        ("Where", {"fields": (("province", "timezone"), ("currency", "created_at"))}),
        ("Who", {"fields": ("people", "invited")}),
    )
    inlines = (DomainRows, TeamRows)
    actions_list = ("open_studio",)
    actions_detail = ("visit", "suspend", "reactivate")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "organization__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Studio]:
        members = Member.objects.filter(studio=OuterRef("pk"))
        rows: QuerySet[Studio] = super().get_queryset(request)
        owned = Exists(members.filter(role=Role.OWNER))
        people = count_of(members, "studio", Count("user", distinct=True))
        annotated: QuerySet[Studio] = rows.annotate(members_there=people, has_owner=owned)
        return annotated

    @display(description="Studio", header=True, ordering="name")
    def named(self, studio: Studio) -> list[str]:
        return [studio.name, studio.slug]

    @display(description="Status", ordering="status", label={str(key): tone for key, tone in TONES.items()})
    def state(self, studio: Studio) -> tuple[str, str]:
        return studio.status, studio.get_status_display()

    @display(description="Organization", ordering="organization__name")
    def organization_link(self, studio: Studio) -> SafeString:
        return link(page_of(studio.organization), studio.organization.name)

    @display(description="Host")
    def host(self, studio: Studio) -> SafeString:
        return _host(studio)

    @display(description="Members", ordering="members_there")
    def member_count(self, studio: Any) -> SafeString:
        return link(list_of(Member, studio__id__exact=studio.pk), studio.members_there)

    @display(description="Owner", boolean=True, ordering="has_owner")
    def owned(self, studio: Any) -> bool:
        return bool(studio.has_owner)

    @display(description="Members by role")
    def people(self, studio: Studio) -> SafeString:
        counts = (
            Member.objects.filter(studio=studio).values_list("role").annotate(n=Count("pk")).order_by("role")
        )
        cells = (
            (list_of(Member, studio__id__exact=studio.pk, role__exact=role), n, Role(role).label)
            for role, n in counts
        )
        return format_html_join(", ", '<a class="ff-link" href="{}">{} × {}</a>', cells) or SafeString(
            "Nobody yet"
        )

    @display(description="Invitations")
    def invited(self, studio: Studio) -> SafeString:
        waiting = studio.invitations.filter(accepted_at=None, revoked_at=None).count()
        return link(list_of(studio.invitations.model, studio__id__exact=studio.pk), f"{waiting} waiting")

    def possible_actions(self, request: HttpRequest, row: Studio) -> set[str]:
        if row.status == Studio.Status.CLOSED:
            return set()
        return {"visit", "suspend"} if row.answers else {"reactivate"}

    @action(description="Open a studio", icon="add_business", variant=ActionVariant.PRIMARY)
    def open_studio(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:studios_shared_studio_add")

    @action(description="Visit", icon="open_in_new")
    def visit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the studio's host, as anybody would: staff have no role there."""
        return redirect(self.fetch(request, object_id).url)

    @action(description="Suspend", icon="pause_circle", variant=ActionVariant.DANGER)
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act(reason: str) -> str:
            platform.suspend_studio(staff=staff_of(request), studio=row, reason=reason)
            return f"{row.name} is suspended: its host answers no more."

        text = "Its host stops answering at once, for everybody. Nothing in it is changed; it can be reactivated."
        return self.ask(
            request, row, Question(f"Suspend {row.name}?", text, "Suspend", ReasonForm, True), act
        )

    @action(description="Reactivate", icon="play_circle", variant=ActionVariant.PRIMARY)
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.reactivate_studio(staff=staff_of(request), studio=row)
            return f"{row.name} is open: its host answers again."

        text = "Its host answers again at once, and everybody who has a role there can go on."
        return self.ask(request, row, Question(f"Reactivate {row.name}?", text, "Reactivate"), act)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Open a studio for somebody: it stands, and its owner is invited, when this answers."""
        form = OpenStudioForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                studio, invitation = platform.hand_over_studio(staff=staff_of(request), **form.cleaned_data)
            except (FitFlowError, ValidationError) as error:
                form.add_error(field_of(error, form), words_of(error))
            else:
                sentence = "{} is open and answers at {}. {} is invited as its owner."
                told = format_html(sentence, studio.name, _host(studio), invitation.email)
                messages.success(request, told)
                return redirect(page_of(studio))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Open a studio",
            **self.trail_to("Open a studio"),
            "form": form,
        }
        return render(request, "admin/open_studio.html", context, status=422 if form.errors else 200)


def _host(studio: Studio) -> SafeString:
    shown = studio.url.partition("://")[2].rstrip("/")
    return format_html(
        '<a class="ff-link" href="{}" target="_blank" rel="noopener">{}</a>', studio.url, shown
    )
