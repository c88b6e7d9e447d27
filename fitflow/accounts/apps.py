from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fitflow.accounts"
    label = "accounts"
