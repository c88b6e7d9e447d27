"""What every page of the admin has in common: rows are read; whatever changes one is a use case asked for by a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Count, IntegerField, Model, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline

from fitflow.accounts.models import User
from fitflow.core.errors import FitFlowError, NotFound


@dataclass(frozen=True)
class Question:
    """What is asked before something changes: `text` says what will happen, `label` is the verb on the button."""

    title: str
    text: str
    label: str
    form: type[forms.Form] | None = None
    danger: bool = False


class ReadOnly:
    """Mixin: all of the staff see it, nobody adds, changes or deletes a row by hand."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        site: Any = self.admin_site  # type: ignore[attr-defined]
        return bool(site.has_permission(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlatformAdmin(ReadOnly, ModelAdmin):
    """Base of the admin's pages: searched, filtered and read; changed only through `ask`."""

    list_per_page = 50
    show_full_result_count = False
    empty_value_display = "–"
    compressed_fields = True
    show_add_link = False
    heading = ""  # what the navigation calls these rows
    show_history = True

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "heading": self.heading, "title": self.heading}
        return super().changelist_view(request, context)  # type: ignore[no-any-return]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if object_id else None
        here = self.trail_to(self.name_of(row) if row else "")
        context = {**(extra_context or {}), **here, "show_history": self.show_history}
        return super().changeform_view(request, object_id, form_url, context)  # type: ignore[no-any-return]

    def name_of(self, row: Any) -> str:
        """Return what the header of a row's page calls it."""
        return str(row)

    def trail_to(self, here: str) -> dict[str, Any]:
        """Return what the header of a page below the list shows."""
        return {"heading": self.heading, "heading_url": list_of(self.model), "here": here}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for _, options in self.get_fieldsets(request, obj) for name in _flat(options["fields"])]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A row's history is what the platform's trail says of it."""
        return redirect(trail_of(object_id))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """Offer only what can be done with the row as it is now."""
        row = self.get_object(request, unquote(str(object_id)))
        possible = self.possible_actions(request, row) if row else set()
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return [
            action
            for action in super().get_actions_detail(request, object_id)
            if action.action_name.removeprefix(prefix) in possible
        ]

    def possible_actions(self, request: HttpRequest, row: Any) -> set[str]:
        """Return the names of the row's actions that make sense now; the use cases decide for themselves again."""
        return set(self._extract_action_names(self.actions_detail))

    def fetch(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row of an action's address; raise NotFound."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise NotFound()
        return row

    def ask(
        self, request: HttpRequest, row: Model, question: Question, act: Callable[..., str]
    ) -> HttpResponse:
        """Show a question; once it is answered, act and say what was done. A refusal is shown where it belongs."""
        back = page_of(row)
        form = question.form(request.POST or None) if question.form else None
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                messages.success(request, act(**(form.cleaned_data if form else {})))
                return redirect(back)
            except (FitFlowError, ValidationError) as error:
                if form is None:
                    messages.error(request, words_of(error))
                    return redirect(back)
                form.add_error(field_of(error, form), words_of(error))
        context = {
            **self.admin_site.each_context(request),
            **self.trail_to(self.name_of(row)),
            "opts": self.opts,
            "title": question.title,
            "question": question,
            "form": form,
            "original": row,
            "back": back,
        }
        return render(request, "admin/ask.html", context, status=422 if form and form.errors else 200)

    def do_each(self, request: HttpRequest, rows: Any, act: Callable[[Any], object], done: str) -> None:
        """Do the same with each row that was ticked, and say how many it worked for and why not for the others."""
        worked, refused = 0, set()
        for row in rows:
            try:
                act(row)
                worked += 1
            except (FitFlowError, ValidationError) as error:
                refused.add(words_of(error))
        if worked:
            messages.success(request, done.format(worked))
        for words in sorted(refused):
            messages.warning(request, words)


class ReadOnlyRows(ReadOnly, TabularInline):
    """Base of tables inside a page."""

    extra = 0
    show_title = False
    can_delete = False
    per_page = 20

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields


def staff_of(request: HttpRequest) -> User:
    """Return who is at the keyboard, as the row itself and not the request's lazy stand-in."""
    user: Any = request.user
    return User.objects.get(pk=user.pk)


def page_of(row: Model, model: type[Model] | None = None) -> str:
    """Return the address of a row's page in the admin."""
    opts = (model or type(row))._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])


def list_of(model: type[Model], **filters: Any) -> str:
    """Return the address of a model's list, filtered."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url


def in_words(action: str) -> str:
    """Return an action of the trail as people say it: `staff.signed_in` reads `Staff signed in`."""
    return action.replace(".", " ").replace("_", " ").capitalize()


def trail_of(subject_id: Any) -> str:
    """Return the address of the trail's rows about one subject."""
    url = reverse("admin:studios_shared_platformauditevent_changelist")
    return f"{url}?{urlencode({'subject_id': str(subject_id)})}"


def link(url: str, text: object) -> SafeString:
    """Return a link in a cell."""
    return format_html('<a class="ff-link" href="{}">{}</a>', url, text)


def two_lines(first: object, second: object) -> SafeString:
    """Return a cell of two lines, the second in a quiet tone."""
    return format_html('<span class="ff-two">{}<small>{}</small></span>', first, second)


def count_of(rows: QuerySet[Any], by: str, count: Count) -> Coalesce:
    """Return an annotation that counts related rows for each row of the page only, without grouping the whole list.

    `rows` are filtered by OuterRef; `by` is what they are then all alike in.
    """
    counted = rows.order_by().values(by).annotate(n=count).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def field_of(error: Exception, form: forms.Form) -> str | None:
    """Return the field of a form that a refusal belongs beside."""
    name = getattr(error, "field", None)
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        name = next(iter(error.error_dict), None)
    return name if name in form.fields else None


def words_of(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _flat(fields: Any) -> list[str]:
    return [name for part in fields for name in ([part] if isinstance(part, str) else part)]
