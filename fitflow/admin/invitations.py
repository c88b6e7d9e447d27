"""Who is asked to join which studio, and how that stands."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.timezone import now
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from fitflow.admin.base import PlatformAdmin, Question, link, page_of, staff_of, two_lines
from fitflow.admin.site import site
from studios.shared import platform
from studios.shared.models import Invitation

TONES = {
    Invitation.State.OPEN: "info",
    Invitation.State.ACCEPTED: "success",
    Invitation.State.REVOKED: "default",
    Invitation.State.EXPIRED: "warning",
}


class StateFilter(admin.SimpleListFilter):
    """By where an invitation stands, which is not a column of its own."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Invitation.State.choices)

    def queryset(self, request: Any, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        waiting = Q(accepted_at=None, revoked_at=None)
        wanted = {
            Invitation.State.OPEN: waiting & Q(expires_at__gt=now()),
            Invitation.State.EXPIRED: waiting & Q(expires_at__lte=now()),
            Invitation.State.ACCEPTED: Q(accepted_at__isnull=False),
            Invitation.State.REVOKED: Q(revoked_at__isnull=False, accepted_at=None),
        }
        return queryset.filter(wanted.get(self.value(), Q()))  # type: ignore[call-overload]


@admin.register(Invitation, site=site)
class InvitationAdmin(PlatformAdmin):
    """The link itself is in the mail alone: it can be sent anew or made worthless, not read."""

    heading = "Invitations"
    list_display = ("invited", "role", "studio_link", "state_label", "invited_by", "created_at", "expires_at")
    list_filter = (StateFilter, "role", ("created_at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("studio", "invited_by")
    search_fields = ("email", "name", "studio__name", "studio__slug")
    search_help_text = "Invited person or studio"
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("email", "name"), ("role", "studio_link"), ("stands", "invited_by"))}),
        ("When", {"fields": (("created_at", "expires_at"), ("accepted_at", "revoked_at"))}),
    )
    actions = ("send_again",)
    actions_detail = ("resend", "revoke")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "studio__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Invited", ordering="email")
    def invited(self, invitation: Invitation) -> SafeString:
        return two_lines(invitation.name or invitation.email, invitation.email if invitation.name else "")

    @display(description="Studio", ordering="studio__name")
    def studio_link(self, invitation: Invitation) -> SafeString:
        return link(page_of(invitation.studio), invitation.studio.name)

    @display(description="State", label={str(key): tone for key, tone in TONES.items()})
    def state_label(self, invitation: Invitation) -> tuple[str, str]:
        return invitation.state, Invitation.State(invitation.state).label

    @display(description="State")
    def stands(self, invitation: Invitation) -> str:
        return str(Invitation.State(invitation.state).label)

    def possible_actions(self, request: HttpRequest, row: Invitation) -> set[str]:
        return set() if row.accepted_at or row.revoked_at else {"resend", "revoke"}

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        staff = staff_of(request)
        self.do_each(
            request,
            queryset,
            lambda row: platform.resend_invitation(staff=staff, invitation_id=row.pk),
            "{} sent again, each with a fresh link.",
        )

    @action(description="Send again", icon="forward_to_inbox", variant=ActionVariant.PRIMARY)
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.resend_invitation(staff=staff_of(request), invitation_id=row.pk)
            return f"{row.email} gets a fresh link, good for 14 days."

        text = "A mail with a fresh link goes out now. The link before it becomes worthless."
        return self.ask(request, row, Question(f"Invite {row.email} again?", text, "Send again"), act)

    @action(description="Take back", icon="cancel_schedule_send", variant=ActionVariant.DANGER)
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.revoke_invitation(staff=staff_of(request), invitation_id=row.pk)
            return f"The invitation of {row.email} is taken back."

        text = "The link in the mail becomes worthless at once."
        question = Question(f"Take back the invitation of {row.email}?", text, "Take back", danger=True)
        return self.ask(request, row, question, act)
