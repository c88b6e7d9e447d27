"""People: their accounts, what they are in which studio, who is asked to join, and the second factors of staff."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from fitflow.accounts.models import User
from fitflow.accounts.services import live_keys
from fitflow.accounts.services.second_factor import recovery_codes_left
from fitflow.admin.base import (
    PlatformAdmin,
    Question,
    ReadOnlyRows,
    count_of,
    link,
    list_of,
    page_of,
    staff_of,
    two_lines,
)
from fitflow.admin.forms import ReasonForm
from fitflow.admin.site import site
from fitflow.core.formats import initials
from studios.shared import platform
from studios.shared.models import Member, Role

ROLE_TONES = {
    Role.OWNER: "primary",
    Role.MANAGER: "info",
    Role.TRAINER_ADMIN: "info",
    Role.TRAINER: "default",
    Role.CLIENT: "default",
}


class MembershipRows(ReadOnlyRows):
    """What a person is, where."""

    model = Member
    fields = ("studio_link", "role", "created_at")
    verbose_name_plural = "Roles"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        rows = super().get_queryset(request).select_related("studio")
        return rows.order_by("studio__name", "role")  # type: ignore[no-any-return]

    @display(description="Studio")
    def studio_link(self, member: Member) -> SafeString:
        return link(page_of(member.studio), member.studio.name)


@admin.register(User, site=site)
class PersonAdmin(PlatformAdmin):
    """Accounts. Passwords, and what a person does in a studio, are not shown; nobody is deleted here."""

    heading = "Accounts"
    list_display = ("named", "state", "proved", "staff", "studio_count", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", ("date_joined", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("email", "name")
    search_help_text = "Name or e-mail address"
    date_hierarchy = "date_joined"
    ordering = ("-date_joined",)
    fieldsets = (
        (None, {"fields": (("name", "email"), ("is_active", "proved"))}),
        ("Platform", {"fields": ("standing", "factor")}),
        ("Access", {"fields": (("date_joined", "last_login"), "keys")}),
    )
    inlines = (MembershipRows,)
    actions_detail = ("suspend", "reactivate", "make_staff", "dismiss", "reset_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        mine = Member.objects.filter(user=OuterRef("pk"))
        proved = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)
        rows: QuerySet[User] = super().get_queryset(request).defer("password")
        return rows.annotate(
            studios_there=count_of(mine, "user", Count("studio", distinct=True)), is_proved=Exists(proved)
        )

    @display(description="Person", header=True, ordering="name")
    def named(self, user: User) -> list[str]:
        return [user.name or user.email, user.email, initials(user.name or user.email)]

    @display(description="State", ordering="is_active", label={"active": "success", "suspended": "danger"})
    def state(self, user: User) -> tuple[str, str]:
        return ("active", "Active") if user.is_active else ("suspended", "Suspended")

    @display(description="E-mail proved", boolean=True, ordering="is_proved")
    def proved(self, user: Any) -> bool:
        return bool(user.is_proved)

    @display(description="Staff", ordering="is_staff", label={"head": "primary", "staff": "info"})
    def staff(self, user: User) -> tuple[str, str] | None:
        if not user.is_staff:
            return None
        return ("head", "Administrator") if user.is_superuser else ("staff", "Staff")

    @display(description="Platform staff")
    def standing(self, user: User) -> str:
        if not user.is_staff:
            return "No"
        return "Yes, and decides who else is" if user.is_superuser else "Yes"

    @display(description="Studios", ordering="studios_there")
    def studio_count(self, user: Any) -> SafeString:
        return link(list_of(Member, user__id__exact=user.pk), user.studios_there)

    @display(description="Second factor for the admin")
    def factor(self, user: User) -> str:
        if not TOTPDevice.objects.filter(user=user, confirmed=True).exists():
            return "None yet: set up at the next sign-in" if user.is_staff else "None"
        return f"Authenticator app, {recovery_codes_left(user)} recovery codes left"

    @display(description="API keys in use")
    def keys(self, user: User) -> int:
        return live_keys(user).count()

    def possible_actions(self, request: HttpRequest, row: User) -> set[str]:
        if row.pk == request.user.pk:
            return set()
        head: bool = request.user.is_superuser
        possible = {"suspend" if row.is_active else "reactivate"} if head or not row.is_staff else set()
        if head:
            possible |= {"dismiss", "reset_factor"} if row.is_staff else {"make_staff"}
        return possible

    @action(description="Suspend", icon="block", variant=ActionVariant.DANGER)
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act(reason: str) -> str:
            platform.suspend_person(staff=staff_of(request), user=row, reason=reason)
            return f"{row} is suspended; all sessions, tokens and API keys have ended."

        text = "All sessions, tokens and API keys end at once, in every studio. Roles and data stay."
        return self.ask(request, row, Question(f"Suspend {row}?", text, "Suspend", ReasonForm, True), act)

    @action(description="Reactivate", icon="check_circle", variant=ActionVariant.PRIMARY)
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.reactivate_person(staff=staff_of(request), user=row)
            return f"{row} can sign in again."

        text = "The person can sign in again, with the same roles. Ended sessions and keys stay ended."
        return self.ask(request, row, Question(f"Reactivate {row}?", text, "Reactivate"), act)

    @action(description="Make staff", icon="badge")
    def make_staff(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.set_staff(staff=staff_of(request), user=row, is_staff=True)
            return f"{row} is platform staff and sets up a second factor at the first visit."

        text = "Staff enter this admin with a password and a one-time code. They see no studio from inside."
        return self.ask(request, row, Question(f"Make {row} platform staff?", text, "Make staff"), act)

    @action(description="No longer staff", icon="person_remove", variant=ActionVariant.DANGER)
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.set_staff(staff=staff_of(request), user=row, is_staff=False)
            return f"{row} is no longer platform staff."

        text = (
            "The admin closes for this person at once, and the second factor is forgotten. The account stays."
        )
        question = Question(f"{row} is no longer staff?", text, "No longer staff", danger=True)
        return self.ask(request, row, question, act)

    @action(description="Reset second factor", icon="phonelink_erase", variant=ActionVariant.DANGER)
    def reset_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.remove_second_factor(staff=staff_of(request), user=row)
            return f"{row} sets up a new authenticator app at the next sign-in."

        text = (
            "For a lost phone, and only when you know that it is really this person who asks: the app and the "
            "recovery codes are forgotten, all sessions end, and the password alone lets one set up a new app."
        )
        question = Question(f"Reset {row}'s second factor?", text, "Reset", danger=True)
        return self.ask(request, row, question, act)


@admin.register(Member, site=site)
class MemberAdmin(PlatformAdmin):
    """Who is what in which studio. Roles are given and taken in the studio, by those who may."""

    heading = "Members"
    list_display = ("person", "role_label", "studio_link", "created_at")
    list_display_links = None
    list_filter = ("role", "studio__status", ("created_at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("user", "studio")
    search_fields = ("user__email", "user__name", "studio__name", "studio__slug")
    search_help_text = "Person's name or e-mail address, or studio"
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fieldsets = ((None, {"fields": ("person_link", "role", "studio_link", "created_at")}),)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in {"studio__id__exact", "user__id__exact"} or super().lookup_allowed(
            lookup, value, request
        )

    @display(description="Person", ordering="user__name")
    def person(self, member: Member) -> SafeString:
        return two_lines(link(page_of(member.user), member.user.name or member.user.email), member.user.email)

    @display(description="Person")
    def person_link(self, member: Member) -> SafeString:
        return link(page_of(member.user), member.user.email)

    @display(description="Role", ordering="role", label={str(key): tone for key, tone in ROLE_TONES.items()})
    def role_label(self, member: Member) -> tuple[str, str]:
        return member.role, member.get_role_display()

    @display(description="Studio", ordering="studio__name")
    def studio_link(self, member: Member) -> SafeString:
        return link(page_of(member.studio), member.studio.name)


@admin.register(TOTPDevice, site=site)
class FactorAdmin(PlatformAdmin):
    """The authenticator apps of staff. Secrets are not shown; a lost one is reset on the person's page."""

    heading = "Second factors"
    list_display = ("person", "name", "confirmed", "created_at", "last_used_at", "throttling_failure_count")
    list_display_links = None
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    search_help_text = "Name or e-mail address"
    ordering = ("user__name",)
    fieldsets = (
        (None, {"fields": ("person", ("name", "confirmed"), ("created_at", "last_used_at"))}),
        ("Wrong codes", {"fields": (("throttling_failure_count", "throttling_failure_timestamp"),)}),
    )

    @display(description="Person", ordering="user__name")
    def person(self, device: TOTPDevice) -> SafeString:
        return two_lines(link(page_of(device.user), device.user.name), device.user.email)
