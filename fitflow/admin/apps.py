from django.apps import AppConfig


class PlatformAdminConfig(AppConfig):
    name = "fitflow.admin"
    label = "platform_admin"
    verbose_name = "FitFlow platform"
