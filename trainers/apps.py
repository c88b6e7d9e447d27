from django.apps import AppConfig


class TrainersConfig(AppConfig):
    name = "trainers"
    label = "trainers"

    def ready(self) -> None:
        from studios.policies import tell_teams
        from trainers import live  # noqa: F401
        from trainers.policies import team_of

        tell_teams(team_of)
