"""The platform's audit trail: what staff and the platform itself did."""

from __future__ import annotations

import json

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display

from fitflow.admin.base import PlatformAdmin, in_words, link, list_of
from fitflow.admin.site import site
from fitflow.core.chain import verify_chain
from studios.shared.models import PlatformAuditEvent

PAGES = {
    "studio": "studios_shared_studio",
    "organization": "studios_shared_organization",
    "invitation": "studios_shared_invitation",
    "user": "accounts_user",
    "outbox_message": "core_outboxmessage",
}


@admin.register(PlatformAuditEvent, site=site)
class TrailAdmin(PlatformAdmin):
    """Rows only grow, and each holds the hash of the one before: the database keeps it so."""

    heading = "Audit trail"
    show_history = False
    list_display = ("seq", "created_at", "actor_name", "what", "subject", "short_facts")
    list_filter = (
        ("action", admin.AllValuesFieldListFilter),
        "subject_type",
        ("created_at", RangeDateFilter),
    )
    list_filter_submit = True
    search_fields = ("actor_name", "action", "subject_id", "request_id", "facts")
    search_help_text = "Who, what, the subject's id or a request's id"
    date_hierarchy = "created_at"
    ordering = ("-seq",)
    fieldsets = (
        (None, {"fields": (("seq", "created_at"), ("actor_name", "what"), "subject", "all_facts")}),
        ("Chain", {"fields": ("request_id", "previous", "own")}),
    )
    actions_list = ("verify",)

    def name_of(self, row: PlatformAuditEvent) -> str:
        return f"{in_words(row.action)}, row {row.seq}"

    @display(description="What", ordering="action")
    def what(self, event: PlatformAuditEvent) -> str:
        return in_words(event.action)

    @display(description="Subject", ordering="subject_type")
    def subject(self, event: PlatformAuditEvent) -> SafeString | str:
        words = event.subject_type.replace("_", " ")
        if not event.subject_id or event.subject_type not in PAGES:
            return words
        try:
            return link(reverse(f"admin:{PAGES[event.subject_type]}_change", args=[event.subject_id]), words)
        except NoReverseMatch:
            return words

    @display(description="Facts")
    def short_facts(self, event: PlatformAuditEvent) -> str:
        text = ", ".join(f"{key} {value}" for key, value in event.facts.items())
        return text if len(text) <= 80 else f"{text[:79]}…"

    @display(description="Facts")
    def all_facts(self, event: PlatformAuditEvent) -> SafeString:
        return format_html(
            '<pre class="ff-facts">{}</pre>', json.dumps(event.facts, indent=2, ensure_ascii=False)
        )

    @display(description="Hash of the row before")
    def previous(self, event: PlatformAuditEvent) -> str:
        return bytes(event.previous_hash).hex() or "none: the first row"

    @display(description="Hash of this row")
    def own(self, event: PlatformAuditEvent) -> str:
        return bytes(event.hash).hex()

    @action(description="Verify the chain", icon="verified")
    def verify(self, request: HttpRequest) -> HttpResponse:
        verdict = verify_chain(PlatformAuditEvent)
        if verdict.broken_at is None:
            messages.success(
                request, f"All {verdict.rows:,} rows hold the hash of what they say and of the row before."
            )
        else:
            words = (
                f"Row {verdict.broken_at} does not fit: it, or the one before, was changed outside FitFlow."
            )
            messages.error(request, words)
        return redirect(list_of(PlatformAuditEvent))
