from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


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
