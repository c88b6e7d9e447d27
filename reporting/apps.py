from __future__ import annotations

from django.apps import AppConfig

from fitflow.core.navigation import STUDIO_ROLES, NavItem, register


class ReportingConfig(AppConfig):
    name = "reporting"
    label = "reporting"

    def ready(self) -> None:
        """Put the first page and the reports into the studio's navigation."""
        register(
            "studio",
            NavItem("Today", "house", "today", STUDIO_ROLES, order=10),
            NavItem("Reports", "graph-up", "reports", STUDIO_ROLES, order=80, phone=False),
        )
