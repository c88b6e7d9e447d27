"""The studio's library of exercises."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from fitflow.core.errors import FitFlowError
from fitflow.core.fields import NameInput
from fitflow.core.flash import undoable
from fitflow.core.folding import Folded, fold
from fitflow.core.refusals import show_refusal
from studios.shared.decorators import staff_required
from studios.shared.policies import Capability, Scope, require, scope_of
from studios.shared.requests import StudioRequest
from trainers.log_policies import all_exercises, fetch_exercise, may_add_exercises
from trainers.models import Measure
from trainers.services import add_exercise, change_exercise, retire_exercise, seed_exercises
from trainers.services.exercise_library import LONGEST_NAME


class ExerciseForm(forms.Form):
    name = NameInput(max_length=LONGEST_NAME)
    measure = forms.ChoiceField(label="Counted in", choices=Measure.choices)


def _page(request: StudioRequest, form: ExerciseForm, *, status: int = 200) -> HttpResponse:
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_NAME]
    rows = all_exercises(request.actor).annotate(used=Count("entries"))
    if query:
        rows = rows.annotate(folded=Folded("name")).filter(folded__contains=fold(query))
    context: dict[str, Any] = {
        "rows": rows.order_by("retired_at", "name"),
        "query": query,
        "form": form,
        "may_manage": scope_of(request.actor, Capability.EXERCISES_MANAGE) is not Scope.NONE,
    }
    return render(request, "trainer/exercises.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def exercise_list(request: StudioRequest) -> HttpResponse:
    """Show the library; add to it."""
    if request.method != "POST":
        return _page(request, ExerciseForm())
    may_add_exercises(request.actor)
    form = ExerciseForm(request.POST)
    if form.is_valid():
        try:
            made = add_exercise(actor=request.actor, **form.cleaned_data)
        except FitFlowError as error:
            show_refusal(form, error)
        else:
            messages.success(request, f"{made.name} is in the library.")
            return HttpResponseRedirect(reverse("exercise_list"))
    return _page(request, form, status=422)


@require_POST
@staff_required
def exercise_seed(request: StudioRequest) -> HttpResponse:
    """Add the usual exercises."""
    count = seed_exercises(actor=request.actor)
    words = f"{count} exercises are in the library." if count else "The usual exercises are all there."
    messages.success(request, words)
    return HttpResponseRedirect(reverse("exercise_list"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def exercise_edit(request: StudioRequest, exercise_id: UUID) -> HttpResponse:
    """Rename an exercise, or count it in something else while nobody has logged it."""
    require(request.actor, Capability.EXERCISES_MANAGE)
    exercise = fetch_exercise(request.actor, exercise_id)
    form = ExerciseForm(request.POST or None, initial={"name": exercise.name, "measure": exercise.measure})
    if request.method == "POST" and form.is_valid():
        try:
            change_exercise(actor=request.actor, exercise_id=exercise_id, **form.cleaned_data)
        except FitFlowError as error:
            show_refusal(form, error)
        else:
            messages.success(request, "Kept.")
            return HttpResponseRedirect(reverse("exercise_list"))
    context = {"exercise": exercise, "form": form}
    return render(request, "trainer/exercise.html", context, status=422 if form.errors else 200)


@require_POST
@staff_required
def exercise_retire(request: StudioRequest, exercise_id: UUID) -> HttpResponse:
    """Offer an exercise no more, or again."""
    retired = "yes" not in {request.POST.get("again"), request.GET.get("again")}
    exercise = retire_exercise(actor=request.actor, exercise_id=exercise_id, retired=retired)
    if retired:
        undo = f"{reverse('exercise_retire', args=[exercise_id])}?again=yes"
        undoable(request, f"{exercise.name} is offered no more. Logs keep it.", undo)
    else:
        messages.success(request, f"{exercise.name} is offered again.")
    return HttpResponseRedirect(reverse("exercise_list"))
