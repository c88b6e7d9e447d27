"""Everybody the tests know: two studios of two owners, and a trainer who works in both.

lotus (Toronto ON, HST): owner, manager, lead (trainer admin), trainer (in lead's team), client.
summit (Montréal QC, GST and QST): owner2, lead as a plain trainer, client2.
outsider has an account and no role anywhere; staff is platform staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fitflow.accounts.models import User
from fitflow.accounts.services import create_person
from fitflow.tenancy.context import studio_context
from studios.models import Location, Room
from studios.services import add_location, add_room
from studios.shared.models import Role, Studio
from studios.shared.policies import SYSTEM, Actor
from studios.shared.selectors import actor_in
from studios.shared.services import add_member, open_studio

PASSWORD = "a-long-test-password"
PEOPLE = ["owner", "manager", "lead", "trainer", "client", "owner2", "client2", "outsider", "staff"]
ROLES = {
    "lotus": {
        "owner": Role.OWNER,
        "manager": Role.MANAGER,
        "lead": Role.TRAINER_ADMIN,
        "trainer": Role.TRAINER,
        "client": Role.CLIENT,
    },
    "summit": {"owner2": Role.OWNER, "lead": Role.TRAINER, "client2": Role.CLIENT},
}


def make_cast() -> None:
    """Make both studios and everybody in them; does nothing where they are there already."""
    if Studio.objects.exists():
        return
    people = {
        name: create_person(
            email=f"{name}@fitflow.test",
            password=PASSWORD,
            name=name.title(),
            verified=True,
            is_staff=name == "staff",
        )
        for name in PEOPLE
    }
    places = {"lotus": ("ON", "America/Toronto", "owner"), "summit": ("QC", "America/Toronto", "owner2")}
    for slug, (province, zone, owner) in places.items():
        studio = open_studio(
            name=slug.title(),
            slug=slug,
            province=province,
            timezone=zone,
            owner=people[owner],
            organization_name=f"{slug} Inc.",
        )
        for person, role in ROLES[slug].items():
            add_member(studio=studio, user=people[person], role=role)
        with studio_context(studio):
            _furnish(slug, province, zone, people)


def _furnish(slug: str, province: str, zone: str, people: dict[str, User]) -> None:
    from clients.models import Client
    from trainers.models import Service, TrainerProfile

    main = add_location(
        actor=SYSTEM, name="Main", province=province, timezone=zone, street="1 King St", city="Town"
    )
    add_room(actor=SYSTEM, location=main, name="Studio A", capacity=12)
    add_room(actor=SYSTEM, location=main, name="Studio B", capacity=8)
    lead = TrainerProfile.objects.create(user=people["lead"], name="Lead")
    if slug == "lotus":
        annex = add_location(actor=SYSTEM, name="Annex", province=province, timezone=zone)
        add_room(actor=SYSTEM, location=annex, name="Annex Hall", capacity=20)
        TrainerProfile.objects.create(user=people["trainer"], name="Trainer", lead=lead)
    Service.objects.create(
        name="Private", duration_minutes=60, capacity=1, price="80.00", tax_category="personal_service"
    )
    Service.objects.create(
        name="Class", duration_minutes=60, capacity=12, price="20.00", tax_category="fitness"
    )
    person = "client" if slug == "lotus" else "client2"
    Client.objects.create(name=person.title(), email=f"{person}@fitflow.test", user=people[person])
    Client.objects.create(name="Étienne Caron", email="etienne@example.com")


@dataclass
class Cast:
    """The cast as a test sees it; `user[name]`, and the actor of a person in a studio."""

    lotus: Studio
    summit: Studio
    user: dict[str, User]

    @classmethod
    def load(cls) -> Cast:
        studios = {studio.slug: studio for studio in Studio.objects.select_related("organization")}
        users = {
            user.email.split("@")[0]: user for user in User.objects.filter(email__endswith="@fitflow.test")
        }
        return cls(lotus=studios["lotus"], summit=studios["summit"], user=users)

    def actor(self, name: str, studio: Studio | None = None) -> Actor:
        """Return who a person is in a studio (lotus where none is named)."""
        return actor_in(self.user[name], studio or self.lotus)

    def location(self, name: str = "Main") -> Location:
        return Location.objects.get(name=name)

    def room(self, name: str = "Studio A") -> Room:
        return Room.objects.get(name=name)

    def service(self, name: str = "Private") -> Any:
        from trainers.models import Service

        return Service.objects.get(name=name)

    def trainer(self, name: str = "lead") -> Any:
        from trainers.models import TrainerProfile

        return TrainerProfile.objects.get(user_id=self.user[name].pk)

    def client(self, name: str = "Client") -> Any:
        from clients.models import Client

        return Client.objects.get(name=name)
