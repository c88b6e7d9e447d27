"""The studio's trainers: who works here as one, and in whose team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from fitflow.accounts.models import User
from fitflow.core.db import refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from studios.services import record_event
from studios.shared.models import Member, Role
from studios.shared.policies import SYSTEM, Actor, Capability, Scope, require
from trainers.models import TrainerProfile

FIELDS = frozenset({"name", "bio", "hue", "lead_id", "is_active"})
HUES = range(1, 6)


def _refusal(name: str, state: str) -> Exception | None:
    if "user_id" in name:
        return Conflict("This person is one of your trainers already.", conflict="trainer")
    return None


def _lead(lead_id: UUID | None, trainer: TrainerProfile) -> TrainerProfile | None:
    if lead_id is None:
        return None
    lead = TrainerProfile.objects.filter(pk=lead_id, is_active=True).first()
    if lead is None:
        raise NotFound("That lead does not work here.", field="lead")
    if lead.pk == trainer.pk or lead.lead_id is not None:
        raise Invalid("A lead leads others and is led by nobody.", field="lead")
    return lead


@retry_deadlocks
def add_trainer(
    *, actor: Actor, user_id: UUID, name: str, hue: int | None = None, lead_id: UUID | None = None
) -> TrainerProfile:
    """Make a member of the studio one of its trainers. A trainer who left comes back as she was.

    She must hold a role in which people give sessions (trainer, trainer admin, manager, owner).
    Raises NotPermitted, NotFound, Invalid, ValidationError, Conflict (`trainer`).
    """
    require(actor, Capability.MEMBERS_TRAINERS)
    roles = set(Member.objects.filter(user_id=user_id).values_list("role", flat=True))
    if not roles - {Role.CLIENT.value}:
        raise NotFound("Invite this person as a trainer first.", field="user")
    with refusals(_refusal), transaction.atomic():
        trainer = TrainerProfile.objects.select_for_update(no_key=True).filter(user_id=user_id).first()
        if trainer is not None and trainer.is_active:
            return trainer
        trainer = trainer or TrainerProfile(user_id=user_id, name=name.strip())
        trainer.is_active = True
        trainer.hue = hue or TrainerProfile.objects.count() % len(HUES) + 1
        trainer.lead = _lead(lead_id, trainer)
        trainer.full_clean(validate_unique=False, validate_constraints=False, exclude=["user"])
        trainer.save()
        record_event(actor=actor, action="trainer.added", subject=trainer, user=user_id)
    return trainer


@retry_deadlocks
def change_trainer(*, actor: Actor, trainer_id: UUID, **fields: Any) -> TrainerProfile:
    """Change a trainer's name, bio, hue (1 to 5), lead (`lead_id`) or `is_active`; a trainer her own name and bio.

    Raises NotFound, NotPermitted, Invalid, ValidationError.
    """
    if unknown := fields.keys() - FIELDS:
        raise Invalid(f"A trainer has no {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        trainer = TrainerProfile.objects.select_for_update(no_key=True).filter(pk=trainer_id).first()
        if trainer is None:
            raise NotFound()
        own = trainer.user_id == actor.user_id and fields.keys() <= {"name", "bio"}
        if not own and require(actor, Capability.MEMBERS_TRAINERS) is not Scope.ALL:
            raise NotPermitted()
        if "lead_id" in fields:
            trainer.lead = _lead(fields.pop("lead_id"), trainer)
        for name, value in fields.items():
            setattr(trainer, name, value)
        if trainer.hue not in HUES:
            raise Invalid("A hue is 1 to 5.", field="hue")
        trainer.full_clean(validate_unique=False, validate_constraints=False, exclude=["user", "lead"])
        trainer.save()
        record_event(actor=actor, action="trainer.changed", subject=trainer)
    return trainer


def follow_member(*, user_id: UUID, invited_by: UUID | str | None = None) -> None:
    """Bring a person's place among the trainers in line with the roles she holds now; calling it again changes nothing.

    A trainer who was invited by a trainer admin joins her team. Call it inside the studio.
    """
    trains = Member.objects.filter(user_id=user_id, role__in=[Role.TRAINER, Role.TRAINER_ADMIN]).exists()
    known = TrainerProfile.objects.filter(user_id=user_id).first()
    if trains and (known is None or not known.is_active):
        name = User.people.get(pk=user_id).name
        add_trainer(actor=SYSTEM, user_id=user_id, name=name, lead_id=_lead_who_invited(invited_by))
    elif not trains and known is not None and known.is_active:
        change_trainer(actor=SYSTEM, trainer_id=known.pk, is_active=False)


def _lead_who_invited(user_id: UUID | str | None) -> UUID | None:
    if user_id is None or not Member.objects.filter(user_id=user_id, role=Role.TRAINER_ADMIN).exists():
        return None
    lead = TrainerProfile.objects.filter(user_id=user_id, is_active=True, lead=None).first()
    return lead.pk if lead else None
