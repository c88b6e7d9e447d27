from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from fitflow.accounts.services import second_factor
from fitflow.admin import guard
from fitflow.core.errors import Conflict
from studios.shared.models import PlatformAuditEvent
from tests.admin.conftest import HOST, KEY, code_of, give_device
from tests.cast import PASSWORD


def enters(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_the_admin_asks_who_is_there(door):
    assert door.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert "Platform admin" in door.get("/admin/login/").content.decode()


@pytest.mark.parametrize("studio", ["lotus", "summit"])
@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/login/", "/admin/sign-in/code/", "/admin/accounts/user/"]
)
def test_there_is_no_admin_on_a_studios_host(cast, studio, path):
    for name in ("staff", "owner"):
        client = Client(headers={"host": f"{studio}.{HOST}"})
        client.force_login(cast.user[name])
        assert client.get(path).status_code == 404


def test_password_and_code_together_let_staff_in(door, staff, sign_in):
    answer = sign_in(staff)
    assert answer.headers["Location"] == "/admin/"
    assert enters(door)
    signed_in = PlatformAuditEvent.objects.order_by("-seq")[0]
    assert (signed_in.action, signed_in.actor_name) == ("staff.signed_in", "Staff")
    assert door.get("/admin/login/").headers["Location"] == "/admin/"


def test_a_password_alone_lets_nobody_in(door, staff):
    answer = door.post("/admin/login/", {"email": staff.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/admin/sign-in/code/"
    assert not enters(door)
    assert "_auth_user_id" not in door.session


def test_a_session_of_the_site_alone_lets_nobody_in(door, staff):
    door.force_login(staff)
    assert not enters(door)
    assert door.get("/admin/login/").headers["Location"] == "/admin/sign-in/code/"
    door.post("/admin/sign-in/code/", {"code": code_of()})
    assert enters(door)


def test_a_code_without_a_password_leads_to_the_password(door, staff):
    answer = door.post("/admin/sign-in/code/", {"code": code_of()})
    assert answer.headers["Location"] == "/admin/login/?again=1"
    assert not enters(door)


def test_people_who_are_not_staff_are_refused_in_the_words_of_a_wrong_password(door, cast):
    words = []
    for email, password in (
        (cast.user["owner"].email, PASSWORD),
        (cast.user["owner"].email, "no"),
        ("no@x.ca", "no"),
    ):
        answer = door.post("/admin/login/", {"email": email, "password": password})
        assert answer.status_code == 422
        words += re.findall(r"These are not the[^<]*", answer.content.decode())
    assert len(words) == 3
    assert len(set(words)) == 1


def test_a_device_does_not_make_staff_of_anybody(door, cast, sign_in):
    give_device(cast.user["owner"])
    sign_in(cast.user["owner"])
    door.force_login(cast.user["owner"])
    door.post("/admin/sign-in/code/", {"code": code_of()})
    assert not enters(door)


def test_a_wrong_code_is_refused_and_the_next_must_wait(door, staff, sign_in):
    assert "not right" in sign_in(staff, code="000000").content.decode()
    answer = door.post("/admin/sign-in/code/", {"code": code_of()})
    assert "Too many wrong codes" in answer.content.decode()
    assert TOTPDevice.objects.get(user=staff).throttling_failure_count == 1
    assert not enters(door)


def test_five_wrong_codes_ask_for_the_password_again(door, staff, sign_in):
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        sign_in(staff, code="000000")
        for wait in (2, 4, 8, 16):
            clock.shift(wait)
            answer = door.post("/admin/sign-in/code/", {"code": "000000"})
        assert answer.headers["Location"] == "/admin/login/?again=1"
        clock.shift(60)
        door.post("/admin/sign-in/code/", {"code": code_of()})
        assert not enters(door)


def test_a_code_works_once(door, staff, sign_in):
    code = code_of()
    sign_in(staff, code=code)
    door.post("/admin/logout/")
    assert "not right, or was used already" in sign_in(staff, code=code).content.decode()
    assert not enters(door)


def test_a_recovery_code_works_once_whatever_its_dashes(door, staff, sign_in):
    code = second_factor.make_recovery_codes(user=staff)[0]
    sign_in(staff, code=code.upper().replace("-", " "))
    assert enters(door)
    assert second_factor.recovery_codes_left(staff) == 9
    door.post("/admin/logout/")
    sign_in(staff, code=code)
    assert not enters(door)
    assert TOTPDevice.objects.get(user=staff).throttling_failure_count == 0


def test_recovery_codes_are_stored_as_digests(staff):
    codes = second_factor.make_recovery_codes(user=staff)
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == len(set(codes)) == 10
    assert not stored & {code.replace("-", "") for code in codes}


def test_staff_without_a_device_set_one_up_right_after_the_password(door, cast):
    user = cast.user["staff"]
    answer = door.post("/admin/login/", {"email": user.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/admin/sign-in/set-up/"
    page = door.get("/admin/sign-in/set-up/")
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    key = door.session[guard.PENDING]["key"]
    assert "not right" in door.post("/admin/sign-in/set-up/", {"code": "000000"}).content.decode()
    assert not TOTPDevice.objects.exists()
    done = door.post("/admin/sign-in/set-up/", {"code": code_of(key)})
    assert len(re.findall(r"<li>[a-z2-9]{5}-[a-z2-9]{5}</li>", done.content.decode())) == 10
    assert enters(door)
    assert TOTPDevice.objects.get().key == key


def test_nobody_sets_up_a_device_without_the_password(door, cast):
    door.force_login(cast.user["staff"])
    assert door.get("/admin/sign-in/set-up/").headers["Location"] == "/admin/login/?again=1"
    assert "Platform admin" in door.get("/admin/login/").content.decode()


def test_who_has_a_device_cannot_set_up_another_one(door, staff):
    door.post("/admin/login/", {"email": staff.email, "password": PASSWORD})
    assert door.get("/admin/sign-in/set-up/").headers["Location"] == "/admin/login/?again=1"
    with pytest.raises(Conflict):
        second_factor.set_up(user=staff, key=KEY, code=code_of())


def test_the_second_factor_ends_with_the_browser_session(inside):
    cookie = inside.cookies[guard.COOKIE]
    assert not cookie["max-age"]
    assert not cookie["expires"]
    assert (cookie["path"], cookie["samesite"], bool(cookie["httponly"])) == ("/admin/", "Strict", True)
    assert not cookie["domain"], "It must not go to the studios' hosts."
    del inside.cookies[guard.COOKIE]
    assert inside.get("/admin/").status_code == 302
    assert inside.get("/account/").status_code == 200


def test_the_second_factor_ends_after_twelve_hours(door, staff, sign_in):
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        sign_in(staff)
        assert enters(door)
        clock.shift(guard.LONGEST_SECONDS)
        assert not enters(door)


def test_another_sessions_cookie_is_worth_nothing(inside, cast, staff):
    other = Client(headers={"host": HOST})
    other.force_login(staff)
    other.cookies[guard.COOKIE] = inside.cookies[guard.COOKIE].value
    assert other.get("/admin/").status_code == 302


@pytest.mark.parametrize("change", [{"is_staff": False}, {"is_active": False}])
def test_who_is_no_longer_staff_is_out_at_once(inside, staff, change, settings):
    settings.IDENTITY_SECONDS = 0
    for field, value in change.items():
        setattr(staff, field, value)
    staff.save()
    assert inside.get("/admin/").status_code == 302


def test_a_device_that_is_gone_lets_nobody_in(inside, staff):
    second_factor.forget_devices(user=staff)
    assert inside.get("/admin/").status_code == 302


def test_forms_of_other_pages_are_refused(inside, door):
    for origin in (f"http://lotus.{HOST}", "https://elsewhere.example"):
        answer = inside.post("/admin/recovery-codes/", headers={"origin": origin})
        assert answer.status_code == 403
    assert inside.post("/admin/recovery-codes/", headers={"origin": f"http://{HOST}"}).status_code == 200


def test_too_many_attempts_from_one_address_are_refused(door, staff):
    answers = [door.post("/admin/sign-in/code/", {"code": "1"}).status_code for _ in range(40)]
    assert answers[0] == 302
    assert answers[-1] == 429


def test_after_the_sign_in_one_comes_to_where_one_wanted(door, staff):
    wanted = "/admin/studios_shared/studio/"
    step = door.post(f"/admin/login/?next={wanted}", {"email": staff.email, "password": PASSWORD})
    done = door.post(step.headers["Location"], {"code": code_of()})
    assert done.headers["Location"] == wanted


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example/admin/", "/home/", "/admin/logout/"]
)
def test_the_sign_in_leads_nowhere_else(door, staff, wanted):
    door.post(f"/admin/login/?next={wanted}", {"email": staff.email, "password": PASSWORD})
    done = door.post(f"/admin/sign-in/code/?next={wanted}", {"code": code_of()})
    assert done.headers["Location"] == "/admin/"


def test_signing_out_ends_everything(inside):
    assert inside.get("/admin/logout/").headers["Location"] == "/admin/"
    inside.post("/admin/logout/")
    assert inside.get("/admin/").status_code == 302
    assert "_auth_user_id" not in inside.session


def test_new_recovery_codes_replace_the_old_ones(inside, staff):
    second_factor.make_recovery_codes(user=staff)
    old = set(StaticToken.objects.values_list("token", flat=True))
    assert "10 of your codes are left" in inside.get("/admin/recovery-codes/").content.decode()
    assert inside.post("/admin/recovery-codes/").status_code == 200
    assert not old & set(StaticToken.objects.values_list("token", flat=True))
