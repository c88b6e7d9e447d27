from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo world. Installed by the demo and test settings only."""

    name = "fitflow.demo"
    label = "demo"
