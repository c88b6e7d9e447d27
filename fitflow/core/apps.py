from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "fitflow.core"
    label = "core"
    verbose_name = "Machinery"

    def ready(self) -> None:
        from fitflow import celery  # noqa: F401  (before any task: it is what tasks belong to)
        from fitflow.core import checks  # noqa: F401

        # Whoever publishes must know who subscribes, in every process: web, worker, beat, command and test.
        autodiscover_modules("tasks", "messages")
