from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def production_is_not_the_demo(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo's password, keys and mail folder have no place in a deployment."""
    if settings.DEMO or getattr(settings, "DEMO_PASSWORD", None):
        return [
            Error(
                "Demo settings are switched on.", hint="Use fitflow.settings.production.", id="fitflow.E001"
            )
        ]
    return []


@register(Tags.security, deploy=True)
def no_private_network_is_asked(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Calendars elsewhere are asked by addresses that users give: hosts of one's own are for tests."""
    if settings.EXTERNAL_OPEN_HOSTS:
        hosts = ", ".join(settings.EXTERNAL_OPEN_HOSTS)
        return [
            Warning(
                f"Users can have these hosts asked over plain http and in a private network: {hosts}.",
                hint="Empty EXTERNAL_OPEN_HOSTS.",
                id="fitflow.W001",
            )
        ]
    return []
