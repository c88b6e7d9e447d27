"""A use case's refusal, shown beside the form field it is about."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.forms import BaseForm

from fitflow.core.errors import FitFlowError

REFUSALS = (FitFlowError, ValidationError)


def show_refusal(form: BaseForm, error: FitFlowError | ValidationError) -> None:
    """Put what a use case refused onto the form: beside its field where it has one, else above; what was typed stays."""
    if isinstance(error, FitFlowError):
        form.add_error(error.field if error.field in form.fields else None, error.message)
    elif hasattr(error, "error_dict"):
        for field, complaints in error.error_dict.items():
            for complaint in complaints:
                form.add_error(field if field in form.fields else None, complaint)
    else:
        form.add_error(None, error)
