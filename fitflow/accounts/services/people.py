"""Accounts: making them, joining them to a proved address, changing the name."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction

from fitflow.accounts.models import User
from fitflow.accounts.selectors import has_verified_email
from fitflow.accounts.services.tokens import end_all_chains
from fitflow.core import memo
from fitflow.core.errors import Conflict


def create_person(
    *, email: str, name: str, password: str | None = None, verified: bool = False, **flags: Any
) -> User:
    """Make an account whose address is her primary one; `verified` says that it has been proved to be hers.

    Raises django's IntegrityError where the address has an account.
    """
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name.strip(), **flags)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


def register(*, email: str, name: str, password: str) -> User | None:
    """Make an account that still has to prove its address, or return None where the address has one already.

    Both take the same work; what a caller tells of the outcome must be the same too. Raises ValidationError for a weak
    password.
    """
    validate_password(password, User(email=email, name=name))
    try:
        return create_person(email=email, name=name, password=password)
    except IntegrityError:
        make_password(password)
        return None


def claim_account(*, email: str, name: str, password: str) -> User:
    """Make the account of an address that a signed link has just proved, or take over one whose address nobody proved.

    Whoever made that one never showed that the address is theirs: their password, sessions and tokens are worthless
    from here on. Raises ValidationError for a weak password, Conflict where a proved account is there (sign in instead).
    """
    email = email.strip().lower()
    validate_password(password, User(email=email, name=name))
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=email).first()
        if user is None:
            return create_person(email=email, name=name, password=password, verified=True)
        if has_verified_email(user) or not user.is_active:
            raise Conflict("There is an account with this address. Sign in to go on.", conflict="account")
        user.name = name.strip()
        user.set_password(password)
        user.save(update_fields=["name", "password"])
        verify_address(user=user)
        end_all_chains(user=user)
        user.api_keys.all().delete()
    return user


def verify_address(*, user: User) -> None:
    """Note that the account's own address is proved."""
    EmailAddress.objects.filter(user=user).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def change_name(*, user: User, name: str) -> User:
    """Change the name under which every studio sees her. Raises ValidationError for an empty or too long one."""
    user.name = name.strip()
    user.clean_fields(exclude=["password", "email"])
    user.save(update_fields=["name"])
    memo.forget(("user", str(user.pk)))
    return user
