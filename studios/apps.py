from django.apps import AppConfig

from fitflow.core.navigation import NavItem, register

MANAGERS = frozenset({"owner", "manager"})


class StudiosConfig(AppConfig):
    name = "studios"
    label = "studios"

    def ready(self) -> None:
        register("my", NavItem("My studios", "collection", "my_studios", order=20, short="Studios"))
        register("my", NavItem("Account", "person-gear", "account_security", order=80))
        register(
            "studio",
            NavItem("Team", "people-fill", "team", phone=False, order=70),
            NavItem("Studio", "gear", "studio_settings", MANAGERS, phone=False, order=90),
        )
        register("trainer", NavItem("Team", "people-fill", "team", phone=False, order=70))
