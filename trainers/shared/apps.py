from django.apps import AppConfig


class TrainersSharedConfig(AppConfig):
    name = "trainers.shared"
    label = "trainers_shared"
