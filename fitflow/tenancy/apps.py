from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "fitflow.tenancy"
    label = "tenancy"
