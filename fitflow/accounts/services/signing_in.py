"""Signing in without a browser: password, then a second factor where there is one."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from fitflow.accounts.models import User
from fitflow.core.errors import TooMany, Unauthenticated

WRONG = "The e-mail address or the password is not right."
TICKET_SALT = "fitflow.accounts.mfa"
TICKET_SECONDS = 300


def check_password(*, request: HttpRequest, email: str, password: str) -> User:
    """Return the active person whose address and password these are.

    Failed attempts count per address of the network and per account, together with those on the sign-in page. Raises
    Unauthenticated, always in the same words, and TooMany.
    """
    try:
        user = get_adapter().authenticate(request, email=email.strip().lower(), password=password)
    except ValidationError as error:
        raise TooMany("Too many attempts to sign in. Wait a few minutes.", retry_after=300) from error
    if user is None or not user.is_active:
        raise Unauthenticated(WRONG)
    return User.objects.get(pk=user.pk)


def ticket_for(user: User) -> str:
    """Return what shows, for five minutes, that the person's password was right."""
    return signing.dumps([str(user.pk), user.get_session_auth_hash()[:16]], salt=TICKET_SALT)


def check_second_factor(*, ticket: str, code: str) -> User:
    """Return the person of a ticket whose one-time or recovery code this is. Raises Unauthenticated."""
    try:
        user_id, mark = signing.loads(ticket, salt=TICKET_SALT, max_age=TICKET_SECONDS)
    except (signing.BadSignature, ValueError) as error:
        raise Unauthenticated("Sign in with your password again.") from error
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or user.get_session_auth_hash()[:16] != mark:
        raise Unauthenticated("Sign in with your password again.")
    if not AuthenticateForm(user=user, data={"code": code}).is_valid():
        raise Unauthenticated("That code is not right, or was used already.")
    return user
