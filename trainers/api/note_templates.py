from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint
from fitflow.core.api.inputs import checked
from fitflow.core.api.schema import page_of
from fitflow.core.errors import NotFound
from studios.shared.policies import Actor, Capability, Scope, require, scope_of
from trainers.api.note_shapes import NoteTemplateChangeIn, NoteTemplateIn, NoteTemplateOut, TemplateOrderIn
from trainers.api.present import template_dict
from trainers.models import NoteTemplate
from trainers.note_policies import editable_template
from trainers.services import all_templates, order_templates, retire_template, save_template, templates_in_use


def _visible(actor: Actor) -> list[NoteTemplate]:
    manages = scope_of(actor, Capability.NOTE_TEMPLATES) is not Scope.NONE
    return all_templates(actor) if manages else templates_in_use(actor)


@extend_schema(
    methods=["GET"],
    operation_id="note_templates_list",
    responses=page_of(NoteTemplateOut, "NoteTemplatePage"),
)
@extend_schema(
    methods=["POST"],
    operation_id="note_templates_add",
    request=NoteTemplateIn,
    responses={201: NoteTemplateOut},
)
@endpoint("GET", "POST")
def templates(request: Request) -> Response:
    """What notes are begun from, in the studio's order; adding one. Who changes templates also gets retired ones, last."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        rows = [template_dict(row) for row in _visible(actor)]
        return Response({"next": None, "previous": None, "results": rows})
    require(actor, Capability.NOTE_TEMPLATES)
    return Response(template_dict(save_template(actor=actor, **checked(NoteTemplateIn, request))), status=201)


@extend_schema(methods=["GET"], operation_id="note_templates_get", responses=NoteTemplateOut)
@extend_schema(
    methods=["PATCH"],
    operation_id="note_templates_change",
    request=NoteTemplateChangeIn,
    responses=NoteTemplateOut,
)
@extend_schema(methods=["DELETE"], operation_id="note_templates_retire", responses={204: None})
@endpoint("GET", "PATCH", "DELETE")
def template(request: Request, template_id: UUID) -> Response:
    """One template; changing it for notes begun from now on; retiring it."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        found = next((row for row in _visible(actor) if row.pk == template_id), None)
        if found is None:
            raise NotFound()
        return Response(template_dict(found))
    kept = editable_template(actor, template_id)
    if request.method == "DELETE":
        retire_template(actor=actor, template_id=template_id)
        return Response(status=204)
    return Response(
        template_dict(_changed(actor, kept, checked(NoteTemplateChangeIn, request, partial=True)))
    )


def _changed(actor: Actor, kept: NoteTemplate, asked: dict[str, Any]) -> NoteTemplate:
    active = asked.pop("is_active", None)
    if asked.keys() - {"version"}:
        known = {"name": kept.name, "kind": kept.kind, "sections": kept.parts}
        kept = save_template(actor=actor, template_id=kept.pk, **known | asked)
    if active is not None:
        kept = retire_template(actor=actor, template_id=kept.pk, retired=not active)
    return kept


@extend_schema(
    operation_id="note_templates_order",
    request=TemplateOrderIn,
    responses=page_of(NoteTemplateOut, "NoteTemplatePage"),
)
@endpoint("POST")
def order(request: Request) -> Response:
    """Offer the templates in use in this order; name each of them once."""
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, Capability.NOTE_TEMPLATES)
    order_templates(actor=actor, template_ids=checked(TemplateOrderIn, request)["order"])
    rows = [template_dict(row) for row in templates_in_use(actor)]
    return Response({"next": None, "previous": None, "results": rows})
