from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "fitflow.core"
    label = "core"

    def ready(self) -> None:
        from fitflow.core import checks  # noqa: F401
