"""Forms in FitFlow's markup: label above, hint below, error where it happened, all tied together for screen readers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.template.loader import get_template

CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)
# The platform's admin dresses its own widgets.
FOREIGN = ("unfold.", "django.contrib.admin.")


def widget_class(widget: forms.Widget) -> str:
    """Return the class a widget carries: `form-select` for a select, `form-check-input` for what is ticked."""
    if widget.is_hidden or type(widget).__module__.startswith(FOREIGN):
        return ""
    if isinstance(widget, CHECKS):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select | forms.SelectDateWidget) else "form-control"


class FitFlowBoundField(BoundField):
    """A field that brings the classes of its widget and knows how it is laid out."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        own = widget_class(widget)
        if own:
            given = built.get("class") or widget.attrs.get("class", "")
            invalid = "is-invalid" if self.errors else ""
            built["class"] = " ".join(part for part in (own, given, invalid) if part)
        return built

    @property
    def layout(self) -> str:
        """Return `check`, `choices`, `password` or `line`: which markup of elements/field.html it takes."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "check"
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "choices"
        return "password" if isinstance(widget, forms.PasswordInput) else "line"

    @property
    def is_switch(self) -> bool:
        """Tell whether a checkbox is shown as a switch."""
        return bool(self.field.widget.attrs.get("role") == "switch")


class FitFlowRenderer(DjangoTemplates):
    """Renders whole forms and single fields from templates/elements/, widgets from Django's own templates."""

    form_template_name = "elements/form.html"
    field_template_name = "elements/field.html"
    bound_field_class = FitFlowBoundField

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("elements/"):
            return get_template(template_name)
        return super().get_template(template_name)
