"""The request as a view of a signed-in person sees it: for annotations; the middleware puts these on every request."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from fitflow.accounts.models import User
from studios.shared.models import Studio
from studios.shared.policies import Actor


class StudioRequest(HttpRequest):
    """A request on a studio's host by somebody who is signed in."""

    user: User
    studio: Studio
    actor: Actor
    roles: frozenset[str]
    my_studios: list[Studio]
    htmx: HtmxDetails
