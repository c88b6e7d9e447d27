from __future__ import annotations

import pytest

from fitflow.core.errors import Invalid, NotFound, NotPermitted
from studios.shared.models import Role
from studios.shared.services import add_member
from tests.cast import Cast
from trainers.models import TrainerProfile
from trainers.services import add_trainer, change_trainer


def test_a_member_becomes_a_trainer_once(lotus: Cast) -> None:
    owner, user = lotus.actor("owner"), lotus.user["manager"]
    made = add_trainer(actor=owner, user_id=user.pk, name="Manager", lead_id=lotus.trainer("lead").id)
    assert add_trainer(actor=owner, user_id=user.pk, name="Again").pk == made.pk
    assert (made.name, made.lead, made.hue in range(1, 6)) == ("Manager", lotus.trainer("lead"), True)


def test_a_trainer_who_left_comes_back_as_she_was(lotus: Cast) -> None:
    owner, trainer = lotus.actor("owner"), lotus.trainer("trainer")
    change_trainer(actor=owner, trainer_id=trainer.id, is_active=False)
    back = add_trainer(actor=owner, user_id=trainer.user_id, name="Somebody")
    assert (back.pk, back.name, back.is_active) == (trainer.pk, "Trainer", True)


def test_clients_and_strangers_are_no_trainers(lotus: Cast) -> None:
    for person in ("client", "outsider"):
        with pytest.raises(NotFound):
            add_trainer(actor=lotus.actor("owner"), user_id=lotus.user[person].pk, name="X")
    add_member(studio=lotus.lotus, user=lotus.user["client"], role=Role.TRAINER)
    assert add_trainer(actor=lotus.actor("owner"), user_id=lotus.user["client"].pk, name="X").pk


def test_a_trainer_writes_her_own_words_and_nothing_else(lotus: Cast) -> None:
    trainer, lead = lotus.trainer("trainer"), lotus.trainer("lead")
    assert change_trainer(actor=lotus.actor("trainer"), trainer_id=trainer.id, bio="Hi").bio == "Hi"
    for trainer_id, fields in (
        (trainer.id, {"hue": 2}),
        (trainer.id, {"lead_id": None}),
        (lead.id, {"bio": "Ha"}),
    ):
        with pytest.raises(NotPermitted):
            change_trainer(actor=lotus.actor("trainer"), trainer_id=trainer_id, **fields)


def test_nobody_leads_herself_and_teams_have_one_level(lotus: Cast) -> None:
    owner, lead, trainer = lotus.actor("owner"), lotus.trainer("lead"), lotus.trainer("trainer")
    for trainer_id, lead_id in ((lead.id, lead.id), (lead.id, trainer.id)):
        with pytest.raises(Invalid):
            change_trainer(actor=owner, trainer_id=trainer_id, lead_id=lead_id)
    change_trainer(actor=owner, trainer_id=trainer.id, lead_id=None)
    assert TrainerProfile.objects.get(pk=trainer.pk).lead is None
