"""What was typed into a note and cannot be kept is shown again, with the reason: an error page alone would cost the words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from fitflow.core.errors import Conflict, FitFlowError, NotFound, NotPermitted
from studios.shared.requests import StudioRequest
from trainers.views.note_forms import typed_words

View = Callable[..., HttpResponse]
GONE = "What this is about is not there any more, or is not yours to write about."


def words_given_back(view: View) -> View:
    """Answer a refusal of a note that was sent with its words, to be taken elsewhere; of nobody else's row it tells a thing."""

    @wraps(view)
    def guarded(request: StudioRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (Conflict, NotFound, NotPermitted) as error:
            typed = typed_words(request.POST)
            if not typed:
                raise
            return unkept_page(request, error, typed)

    return guarded


def unkept_page(request: StudioRequest, error: FitFlowError, typed: str) -> HttpResponse:
    """Show words that nobody took."""
    message = GONE if isinstance(error, NotFound) else error.message
    context = {"message": message, "typed": typed}
    page = render(request, "trainer/note_unkept.html", context, status=error.status)
    page["Cache-Control"] = "private, no-store"
    return page
