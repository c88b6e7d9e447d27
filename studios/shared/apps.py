from django.apps import AppConfig


class StudiosSharedConfig(AppConfig):
    name = "studios.shared"
    label = "studios_shared"
    verbose_name = "Studios"
