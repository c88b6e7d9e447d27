from django.apps import AppConfig


class TrainersConfig(AppConfig):
    name = "trainers"
    label = "trainers"

    def ready(self) -> None:
        from trainers import live  # noqa: F401
