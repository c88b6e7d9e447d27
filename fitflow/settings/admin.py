"""The platform's admin: unfold's settings. Its colours are in static/css/admin.css, as tokens of our own."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy


def _item(title: str, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}")}


# Instants in 24 hours wherever a page does not say otherwise.
FORMAT_MODULE_PATH = ["fitflow.settings.formats"]
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "FitFlow admin",
    "SITE_HEADER": "FitFlow",
    "SITE_SUBHEADER": "Platform admin",
    "SITE_URL": "/home/",
    "SITE_ICON": lambda request: static("img/favicon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")},
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "ENVIRONMENT": "fitflow.admin.dashboard.environment",
    "STYLES": [
        lambda request: static("vendor/space-grotesk/index.css"),
        lambda request: static("css/tokens.css"),
    ],
    "SCRIPTS": [
        lambda request: static("js/admin_theme.js"),
        lambda request: static("js/admin_tables.js"),
    ],
    "ACCOUNT": {
        "navigation": [
            {"title": "New recovery codes", "link": reverse_lazy("admin:recovery_codes")},
            {"title": "Your account", "link": reverse_lazy("account_security")},
        ],
    },
    "COMMAND": {"search_models": False, "show_history": False},
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {"items": [_item("Overview", "dashboard", "index")]},
            {
                "title": "Studios",
                "items": [
                    _item("Studios", "storefront", "studios_shared_studio_changelist"),
                    _item("Organizations", "corporate_fare", "studios_shared_organization_changelist"),
                    _item("Members", "groups", "studios_shared_member_changelist"),
                    _item("Invitations", "mail", "studios_shared_invitation_changelist"),
                ],
            },
            {
                "title": "People",
                "items": [
                    _item("Accounts", "person", "accounts_user_changelist"),
                    _item("Second factors", "phonelink_lock", "otp_totp_totpdevice_changelist"),
                ],
            },
            {
                "title": "Operations",
                "items": [
                    _item("Audit trail", "history", "studios_shared_platformauditevent_changelist"),
                    _item("Outbox", "outbox", "core_outboxmessage_changelist"),
                    _item("Periodic tasks", "schedule", "django_celery_beat_periodictask_changelist"),
                ],
            },
        ],
    },
}
