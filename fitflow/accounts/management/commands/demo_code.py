from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from fitflow.accounts.demo import demo_code


class Command(BaseCommand):
    help = "Print the one-time code with which staff@fitflow.test enters the demo's admin right now."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code, seconds = demo_code()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(code)
        self.stderr.write(f"good for {seconds} more seconds; each code works once")
