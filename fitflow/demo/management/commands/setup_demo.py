from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from fitflow.demo.loading import load_demo


class Command(BaseCommand):
    help = "Migrate everything and load the demo world. Doing it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-migrate", action="store_true", help="only load")

    def handle(self, *args: Any, no_migrate: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo world is loaded under the demo settings only: its passwords are known."
            )
        if not no_migrate:
            self.stdout.write("Migrating")
            call_command("migrate_schemas", verbosity=0, interactive=False)
        load_demo(say=self.stdout.write)
        self.stdout.write("The demo world is there.")
