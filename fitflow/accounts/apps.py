from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fitflow.accounts"
    label = "accounts"

    def ready(self) -> None:
        from fitflow.accounts import receivers  # noqa: F401
