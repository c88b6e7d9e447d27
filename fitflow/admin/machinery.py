"""The outbox and the clockwork: what waits, what was given up, what runs when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_celery_beat.models import PeriodicTask
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from fitflow.admin.base import PlatformAdmin, Question, staff_of, two_lines
from fitflow.admin.site import site
from fitflow.core.models import OutboxMessage
from studios.shared import platform
from studios.shared.models import Studio

State = OutboxMessage.State
WORDS = {str(State.PENDING): "Waiting", str(State.DONE): "Done", str(State.DEAD): "Given up"}


@admin.register(OutboxMessage, site=site)
class OutboxAdmin(PlatformAdmin):
    """Ids and states only: a row never holds what it is about."""

    heading = "Outbox"
    list_display = (
        "event",
        "state_label",
        "lane",
        "studio_name",
        "attempts",
        "created_at",
        "due_at",
        "problem",
    )
    list_filter = (
        "state",
        "lane",
        ("topic", admin.AllValuesFieldListFilter),
        ("created_at", RangeDateFilter),
    )
    list_filter_submit = True
    search_fields = ("topic", "handler", "last_error", "studio_id")
    search_help_text = "Topic, handler, error or a studio's id"
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("topic", "handler"), ("stands", "lane"), ("studio_name", "attempts"))}),
        ("When", {"fields": (("created_at", "due_at"), ("leased_until", "done_at"))}),
        ("What", {"fields": ("about", "last_error")}),
    )
    actions = ("retry_ticked",)
    actions_detail = ("retry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        studios = Studio.objects.filter(pk=OuterRef("studio_id")).values("name")
        rows: QuerySet[OutboxMessage] = super().get_queryset(request)
        return rows.annotate(studio_there=Subquery(studios[:1]))

    @display(description="Event", ordering="topic")
    def event(self, message: OutboxMessage) -> SafeString:
        return two_lines(message.topic, message.handler)

    @display(
        description="State", ordering="state", label={"pending": "info", "done": "success", "dead": "danger"}
    )
    def state_label(self, message: OutboxMessage) -> tuple[str, str]:
        return message.state, WORDS[message.state]

    def name_of(self, row: OutboxMessage) -> str:
        return row.topic

    @display(description="State")
    def stands(self, message: OutboxMessage) -> str:
        return WORDS[message.state]

    @display(description="Studio")
    def studio_name(self, message: Any) -> str:
        return message.studio_there or "–"

    @display(description="Problem")
    def problem(self, message: OutboxMessage) -> str:
        return message.last_error.partition(":")[0] or "–"

    @display(description="Ids")
    def about(self, message: OutboxMessage) -> SafeString:
        return format_html('<pre class="ff-facts">{}</pre>', json.dumps(message.ids, indent=2))

    def possible_actions(self, request: HttpRequest, row: OutboxMessage) -> set[str]:
        return {"retry"} if row.state == State.DEAD else set()

    @admin.action(description="Try again what was given up")
    def retry_ticked(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        ids = list(queryset.filter(state=State.DEAD).values_list("pk", flat=True))
        count = platform.retry_messages(staff=staff_of(request), ids=ids)
        if count:
            messages.success(request, f"{count} tried again from now on.")
        else:
            messages.warning(request, "None of them was given up; the others are tried by themselves.")

    @action(description="Try again", icon="replay", variant=ActionVariant.PRIMARY)
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.retry_messages(staff=staff_of(request), ids=[row.pk])
            return f"{row.topic} is tried again from now on."

        text = "The handler gets a full new round of attempts, beginning now. It may run twice without harm."
        return self.ask(request, row, Question(f"Try {row.topic} again?", text, "Try again"), act)


@admin.register(PeriodicTask, site=site)
class TaskAdmin(PlatformAdmin):
    """When what runs is said in the settings, under version control; here it can rest, or run once out of turn."""

    heading = "Periodic tasks"
    list_display = ("named", "state", "schedule_words", "ran_last", "runs")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    search_fields = ("name", "task", "description")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "task"), ("enabled", "schedule_words"))}),
        (
            "Runs",
            {"fields": (("ran_last", "runs"), ("queue_words", "args"), "kwargs")},
        ),
    )
    actions_detail = ("run", "switch_off", "switch_on")

    @display(description="Task", ordering="name")
    def named(self, task: PeriodicTask) -> SafeString:
        return two_lines(task.name, task.task if task.task != task.name else "")

    @display(description="State", ordering="enabled", label={"on": "success", "off": "warning"})
    def state(self, task: PeriodicTask) -> tuple[str, str]:
        return ("on", "Running") if task.enabled else ("off", "Resting")

    @display(description="Schedule")
    def schedule_words(self, task: PeriodicTask) -> str:
        return str(task.crontab.human_readable if task.crontab else task.scheduler)

    @display(description="Last run", ordering="last_run_at")
    def ran_last(self, task: PeriodicTask) -> datetime | None:
        return task.last_run_at  # type: ignore[no-any-return]

    @display(description="Runs", ordering="total_run_count")
    def runs(self, task: PeriodicTask) -> int:
        return int(task.total_run_count)

    @display(description="Queue")
    def queue_words(self, task: PeriodicTask) -> str:
        return task.queue or "as the task says"

    def name_of(self, row: PeriodicTask) -> str:
        return str(row.name)

    def possible_actions(self, request: HttpRequest, row: PeriodicTask) -> set[str]:
        return {"run", "switch_off" if row.enabled else "switch_on"}

    @action(description="Run now", icon="play_arrow", variant=ActionVariant.PRIMARY)
    def run(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.fetch(request, object_id)

        def act() -> str:
            platform.run_task(staff=staff_of(request), task=row)
            return f"{row.name} was handed to the workers."

        text = "The workers run it once, now, besides its schedule."
        return self.ask(request, row, Question(f"Run {row.name} now?", text, "Run now"), act)

    @action(description="Switch off", icon="pause_circle")
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, on=False)

    @action(description="Switch on", icon="play_circle", variant=ActionVariant.PRIMARY)
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, on=True)

    def _switch(self, request: HttpRequest, object_id: str, *, on: bool) -> HttpResponse:
        row = self.fetch(request, object_id)
        verb = "Switch on" if on else "Switch off"

        def act() -> str:
            platform.switch_task(staff=staff_of(request), task=row, on=on)
            return f"{row.name} runs again." if on else f"{row.name} rests until it is switched on again."

        text = (
            "It runs by its schedule again."
            if on
            else "It does not run any more until somebody switches it on."
        )
        return self.ask(request, row, Question(f"{verb} {row.name}?", text, verb, danger=not on), act)
