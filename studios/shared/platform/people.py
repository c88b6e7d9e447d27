from __future__ import annotations

from django.db import transaction

from fitflow.accounts.models import User
from fitflow.accounts.services import end_all_chains, live_keys, revoke_key
from fitflow.accounts.services.second_factor import forget_devices
from fitflow.accounts.services.sessions import end_sessions
from fitflow.core.errors import Conflict, Invalid
from fitflow.tenancy.context import studio_context
from studios.shared.platform.rights import require_head, require_staff
from studios.shared.services import record_platform_event


def note_sign_in(*, staff: User, device: str) -> None:
    """Write down that she entered the admin, and by which second factor. Raises NotPermitted."""
    require_staff(staff)
    with studio_context(None), transaction.atomic():
        _record(staff, "staff.signed_in", staff, factor=device)


def suspend_person(*, staff: User, user: User, reason: str) -> User:
    """Shut a person out of the whole platform: her sessions, tokens and API keys end now and stay ended.

    Only administrators suspend other staff. Raises NotPermitted, Invalid without a reason, Conflict for herself.
    """
    require_staff(staff)
    if not reason.strip():
        raise Invalid("Say why, for whoever reads the trail later.", field="reason")
    if user.pk == staff.pk:
        raise Conflict("You cannot suspend yourself.", conflict="self")
    with studio_context(None):
        with transaction.atomic():
            person = _locked(staff, user)
            if person.is_active:
                person.is_active = False
                person.save(update_fields=["is_active"])
                _end_tokens(person)
                _record(staff, "person.suspended", person, reason=reason.strip()[:300])
        end_sessions(user=person)
    return person


def reactivate_person(*, staff: User, user: User) -> User:
    """Let a suspended person sign in again; what was ended stays ended. Raises NotPermitted."""
    require_staff(staff)
    with studio_context(None), transaction.atomic():
        person = _locked(staff, user)
        if not person.is_active:
            person.is_active = True
            person.save(update_fields=["is_active"])
            _record(staff, "person.reactivated", person)
    return person


def set_staff(*, staff: User, user: User, is_staff: bool) -> User:
    """Make a person platform staff, or no longer; who is no longer staff loses her second factor for the admin.

    Raises NotPermitted for anybody but an administrator, Conflict for herself.
    """
    require_head(staff)
    if user.pk == staff.pk:
        raise Conflict("Somebody else must decide that about you.", conflict="self")
    with studio_context(None), transaction.atomic():
        person = _locked(staff, user)
        if person.is_staff != is_staff:
            person.is_staff, person.is_superuser = is_staff, person.is_superuser and is_staff
            person.save(update_fields=["is_staff", "is_superuser"])
            if not is_staff:
                forget_devices(user=person)
            _record(staff, "staff.added" if is_staff else "staff.removed", person)
    return person


def remove_second_factor(*, staff: User, user: User) -> None:
    """Forget a colleague's authenticator and recovery codes: she sets up a new one at her next sign-in.

    Raises NotPermitted for anybody but an administrator, Conflict for her own (another administrator does it).
    """
    require_head(staff)
    if user.pk == staff.pk:
        raise Conflict("Somebody else must reset your second factor.", conflict="self")
    with studio_context(None):
        with transaction.atomic():
            person = _locked(staff, user)
            forget_devices(user=person)
            _record(staff, "staff.second_factor_reset", person)
        end_sessions(user=person)


def _locked(staff: User, user: User) -> User:
    person = User.objects.select_for_update().get(pk=user.pk)
    if person.is_staff and person.pk != staff.pk:
        require_head(staff)
    return person


def _end_tokens(user: User) -> None:
    end_all_chains(user=user)
    for key in live_keys(user):
        revoke_key(user=user, key_id=key.pk)


def _record(staff: User, action: str, person: User, **facts: object) -> None:
    record_platform_event(action=action, subject_type="user", subject_id=person.pk, actor=staff, facts=facts)
