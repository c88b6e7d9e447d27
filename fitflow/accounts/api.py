"""Signing in by the API. On any host: what a token is worth in a studio is settled by the roles held there."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout as end_session
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.accounts import services
from fitflow.accounts.selectors import factors_of, has_verified_email
from fitflow.core.api import endpoint
from fitflow.core.api.errors import body
from fitflow.core.api.identity import REALM
from fitflow.core.api.inputs import Name
from fitflow.core.api.throttles import seconds_to_wait


class Registration(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    name = Name(max_length=200)


class Registered(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField()


class Credentials(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class SecondFactor(serializers.Serializer[Any]):
    ticket = serializers.CharField(max_length=500)
    code = serializers.CharField(max_length=20)


class Refresh(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=200)


class TokenPair(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


def _read(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    sent = form(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _pair(pair: services.Pair) -> Response:
    return Response({"access": pair.access, "refresh": pair.refresh}, headers={"Cache-Control": "no-store"})


@extend_schema(request=Registration, responses={201: Registered})
@endpoint("POST", signs_in=True, public_rows=True)
def register(request: Request) -> Response:
    """Make an account. The answer is the same for an address that has one: its owner is told by e-mail."""
    sent = _read(Registration, request)
    email = sent["email"].lower()
    # Whose address it is shall hear of it, but not as often as somebody else likes.
    if services.register(**sent) is None and not seconds_to_wait(
        f"account-exists:{email}", per_minute=1, burst=1
    ):
        get_adapter().send_account_already_exists_mail(email)
    return Response({"email": email, "name": sent["name"]}, status=201)


@extend_schema(request=Credentials, responses=TokenPair)
@endpoint("POST", signs_in=True, public_rows=True)
def login(request: Request) -> Response:
    """Return a pair of tokens, or 401 whose `details.mfa` lists the factors to go on with at auth/mfa, with its `ticket`."""
    user = services.check_password(request=request._request, **_read(Credentials, request))
    if factors := factors_of(user):
        details = {"mfa": factors, "ticket": services.ticket_for(user)}
        words = "Go on with a code at auth/mfa."
        headers = {"WWW-Authenticate": REALM, "Cache-Control": "no-store"}
        return Response(body("AUTHENTICATION_ERROR", words, details), status=401, headers=headers)
    return _pair(services.begin_chain(user=user))


@extend_schema(request=SecondFactor, responses=TokenPair)
@endpoint("POST", signs_in=True, public_rows=True)
def mfa(request: Request) -> Response:
    """Go on with a one-time or recovery code, under the ticket that auth/login gave."""
    user = services.check_second_factor(**_read(SecondFactor, request))
    return _pair(services.begin_chain(user=user))


@extend_schema(request=Refresh, responses=TokenPair)
@endpoint("POST", signs_in=True, public_rows=True)
def refresh(request: Request) -> Response:
    """Use up a refresh token for the next pair. Using one twice ends its whole chain."""
    return _pair(services.refresh_pair(**_read(Refresh, request)))


@extend_schema(request=None, responses={204: None})
@endpoint("POST", public_rows=True)
def logout(request: Request) -> Response:
    """End the chain of this access token; for a browser, end the session."""
    raw: Any = request._request
    if raw.token_chain is not None:
        services.end_chain(chain=raw.token_chain)
    elif raw.identity_source == "session":
        end_session(raw)
    return Response(status=204)


@extend_schema(responses={200: dict})
@endpoint("GET", public_rows=True)
def me(request: Request) -> Response:
    """Return who is asking, and what she is in which studio."""
    user: Any = request.user
    mine = [
        {"slug": studio.slug, "name": studio.name, "url": studio.url, "roles": sorted(studio.my_roles)}
        for studio in request._request.my_studios  # type: ignore[attr-defined]
    ]
    return Response(
        {
            "id": user.pk,
            "email": user.email,
            "name": user.name,
            "email_verified": has_verified_email(user),
            "studios": mine,
        }
    )
