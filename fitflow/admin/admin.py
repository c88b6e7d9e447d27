"""Where Django's autodiscovery looks: each module registers its models with the platform's site."""

from fitflow.admin import invitations, machinery, people, studios, trail  # noqa: F401
