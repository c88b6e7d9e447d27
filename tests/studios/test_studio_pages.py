"""The pages of the team and of the studio's settings, by clicking."""

from __future__ import annotations

from typing import Any

from fitflow.core.flash import undo_address
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent, Location, Room
from studios.policies import STAFF_ROLES
from studios.services import invite
from studios.shared.models import Invitation, Member, Role, Studio
from studios.shared.policies import CAPABILITIES
from studios.words import SUBJECTS
from tests.cast import Cast
from tests.pages import browser_of, words_of


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_the_owner_invites_from_the_team_page(cast: Cast) -> None:
    browser = browser_of(cast, "owner")
    answer = browser.post(
        "/team/invite/", {"email": "nia@example.com", "name": "Nia", "role": "trainer"}, follow=True
    )
    assert "nia@example.com gets the invitation by e-mail now." in words_of(answer)
    row = Invitation.objects.get(email="nia@example.com")
    assert (row.studio, row.role, row.name) == (cast.lotus, "trainer", "Nia")


def test_a_refused_invitation_keeps_what_was_typed(cast: Cast) -> None:
    browser = browser_of(cast, "owner")
    answer = browser.post(
        "/team/invite/", {"email": "trainer@fitflow.test", "name": "Tia", "role": "trainer"}
    )
    assert answer.status_code == 422
    assert "is a trainer here already" in words_of(answer)
    assert "Tia" in answer.content.decode()
    assert "data-open" in answer.content.decode(), "The sheet is open, so that she sees why."


def test_a_manager_is_offered_only_what_she_may_give(cast: Cast) -> None:
    page = browser_of(cast, "manager").get("/team/").content.decode()
    assert 'value="trainer_admin"' in page
    assert 'value="owner"' not in page
    assert (
        browser_of(cast, "manager").post("/team/invite/", {"email": "a@b.co", "role": "owner"}).status_code
        == 422
    )


def test_a_trainer_sees_names_and_no_addresses(cast: Cast) -> None:
    words = words_of(browser_of(cast, "trainer").get("/team/"))
    assert "Owner" in words
    assert "owner@fitflow.test" not in words


def test_an_invitation_is_sent_again_and_taken_back(cast: Cast) -> None:
    with studio_context(cast.lotus):
        row = invite(actor=cast.actor("owner"), studio=cast.lotus, email="nia@example.com", role=Role.TRAINER)
    browser = browser_of(cast, "owner")
    assert "fresh link" in words_of(browser.post(f"/team/invitations/{row.pk}/resend/", follow=True))
    assert "taken back" in words_of(browser.post(f"/team/invitations/{row.pk}/revoke/", follow=True))
    assert "closed already" in words_of(browser.post(f"/team/invitations/{row.pk}/resend/", follow=True))


def test_roles_are_changed_on_the_persons_page(cast: Cast) -> None:
    browser, trainer = browser_of(cast, "owner"), cast.user["trainer"]
    assert "changed" in words_of(
        browser.post(f"/team/{trainer.pk}/", {"roles": ["trainer", "trainer_admin"]}, follow=True)
    )
    roles = Member.objects.filter(user=trainer, studio=cast.lotus).values_list("role", flat=True)
    assert set(roles) == {"trainer", "trainer_admin"}


def test_a_role_out_of_ones_reach_stays_as_it_is(cast: Cast) -> None:
    Member.objects.create(studio=cast.lotus, user=cast.user["owner"], role="trainer")
    browser_of(cast, "manager").post(f"/team/{cast.user['owner'].pk}/", {"roles": ["trainer_admin"]})
    roles = Member.objects.filter(user=cast.user["owner"], studio=cast.lotus).values_list("role", flat=True)
    assert set(roles) == {"owner", "trainer_admin"}


def test_somebody_is_removed_from_the_team(cast: Cast) -> None:
    trainer = cast.user["trainer"]
    answer = browser_of(cast, "owner").post(f"/team/{trainer.pk}/remove/", follow=True)
    assert "no longer works here" in words_of(answer)
    assert not Member.objects.filter(user=trainer, studio=cast.lotus).exists()
    assert browser_of(cast, "trainer").get("/team/").status_code == 404


def test_the_last_owner_cannot_leave(cast: Cast) -> None:
    answer = browser_of(cast, "owner").post("/team/leave/", follow=True)
    assert "A studio needs an owner" in words_of(answer)
    assert browser_of(cast, "trainer").post("/team/leave/").headers["Location"].endswith("/home/")


def test_a_person_of_another_studio_has_no_page_here(cast: Cast) -> None:
    assert browser_of(cast, "owner").get(f"/team/{cast.user['owner2'].pk}/").status_code == 404


def test_the_studio_gets_another_name_and_colour(cast: Cast) -> None:
    browser = browser_of(cast, "owner")
    browser.get("/settings/")
    browser.post("/settings/studio/", {"name": "Lotus & Co", "hue": "4"})
    assert (Studio.objects.get(slug="lotus").name, Studio.objects.get(slug="lotus").hue) == ("Lotus & Co", 4)
    assert "Lotus & Co" in words_of(browser.get("/settings/")), "The host's cached row is dropped."
    assert (
        browser_of(cast, "manager").post("/settings/studio/", {"name": "Mine", "hue": "1"}).status_code == 403
    )
    assert browser.post("/settings/studio/", {"name": "", "hue": "9"}).status_code == 422


def test_a_place_and_its_rooms_are_kept(cast: Cast) -> None:
    browser = browser_of(cast, "manager")
    browser.post("/settings/places/add/", {"name": "Pier", "province": "NS", "city": "Halifax"})
    with studio_context(cast.lotus):
        place = Location.objects.get(name="Pier")
        assert place.timezone == "America/Halifax"
    browser.post(f"/settings/places/{place.pk}/rooms/add/", {"name": "Loft", "capacity": "9"})
    with studio_context(cast.lotus):
        room = Room.objects.get(name="Loft")
    browser.post(f"/settings/rooms/{room.pk}/", {"name": "Loft 2", "capacity": "11"})
    answer = browser.post(f"/settings/rooms/{room.pk}/retire/", follow=True)
    undo = undo_address(list(answer.context["messages"])[-1])
    assert undo == f"/settings/rooms/{room.pk}/restore/"
    browser.post(undo)
    with studio_context(cast.lotus):
        room.refresh_from_db()
        assert (room.name, room.capacity, room.is_active) == ("Loft 2", 11, True)
        assert [row.action for row in AuditEvent.objects.all()[:5]] == [
            "room.restored",
            "room.retired",
            "room.changed",
            "room.added",
            "location.added",
        ]


def test_a_name_that_is_there_already_is_said_on_the_form(cast: Cast) -> None:
    answer = browser_of(cast, "owner").post("/settings/places/add/", {"name": "Main", "province": "ON"})
    assert answer.status_code == 422
    assert "already exists" in words_of(answer)


def test_the_last_place_in_use_stays(cast: Cast) -> None:
    browser = browser_of(cast, "owner")
    with studio_context(cast.lotus):
        first, last = Location.objects.all()
    browser.post(f"/settings/places/{first.pk}/retire/")
    assert "This is your only place" in words_of(
        browser.post(f"/settings/places/{last.pk}/retire/", follow=True)
    )
    with studio_context(cast.lotus):
        assert [row.is_active for row in Location.objects.order_by("name")] == [False, True]


def test_a_place_of_another_studio_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = Location.objects.get()
    for path in ("", "retire/", "restore/", "rooms/add/"):
        assert browser_of(cast, "owner").post(f"/settings/places/{theirs.pk}/{path}").status_code == 404


def test_my_studios_says_what_there_is_today(cast: Cast) -> None:
    words = words_of(browser_of(cast, "lead", "").get("/studios/", headers={"host": "fitflow.localhost"}))
    assert "Lotus" in words
    assert "Summit" in words
    assert "No sessions of yours today" in words
    assert "You are trainer admin here" in words


def test_who_has_no_studio_is_invited_to_open_one(cast: Cast) -> None:
    words = words_of(browser_of(cast, "outsider", "").get("/studios/", headers={"host": "fitflow.localhost"}))
    assert "No studio yet" in words


def test_every_capability_has_its_words() -> None:
    told = [capability for lines in SUBJECTS.values() for capability in lines]
    assert sorted(told) == sorted(CAPABILITIES)
    assert set(STAFF_ROLES) | {Role.CLIENT} == set(Role)


def test_a_page_of_the_roles_names_them_all(cast: Cast) -> None:
    words = words_of(browser_of(cast, "owner").get("/team/roles/"))
    assert "Invite and remove owners and managers" in words
    assert "Trainer admin" in words


def test_nobody_is_bombed_with_invitations(cast: Cast) -> None:
    with studio_context(cast.lotus):
        row = invite(actor=cast.actor("owner"), studio=cast.lotus, email="nia@example.com", role=Role.TRAINER)
    browser = browser_of(cast, "owner")
    answers = [browser.post(f"/team/invitations/{row.pk}/resend/").status_code for _ in range(40)]
    assert answers[:30] == [302] * 30
    assert answers[-1] == 429
    typed = browser.post("/team/invite/", {"email": "max@example.com", "name": "Max", "role": "trainer"})
    assert "many e-mails at once" in words_of(typed)
    assert "max@example.com" in typed.content.decode(), "What was typed stays."


def test_giving_up_a_role_of_ones_own_is_asked_twice(cast: Cast) -> None:
    browser = browser_of(cast, "owner")
    asked = "Change your own roles?"
    assert asked in browser.get(f"/team/{cast.user['owner'].pk}/").content.decode()
    assert asked not in browser.get(f"/team/{cast.user['trainer'].pk}/").content.decode()
