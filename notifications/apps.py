from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    label = "notifications"

    def ready(self) -> None:
        from fitflow.core.navigation import NavItem, register

        register(
            "studio",
            NavItem(
                "Messages",
                "envelope",
                "delivery_list",
                frozenset({"owner", "manager"}),
                phone=False,
                order=80,
            ),
        )
