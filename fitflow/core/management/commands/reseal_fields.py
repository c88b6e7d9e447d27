from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_tenants.utils import get_tenant_model

from fitflow.core.resealing import BATCH, Resealed, reseal_here
from fitflow.tenancy.context import studio_context


class Command(BaseCommand):
    help = "Seal encrypted values anew: bound to their rows, under the first of FIELD_KEYS. May be killed and run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch", type=int, default=BATCH, help="rows a transaction (default %(default)s)"
        )
        parser.add_argument(
            "--studio", help="the slug of one studio; left out, all of them and the public tables"
        )

    def handle(self, *args: Any, batch: int, studio: str | None, **options: Any) -> None:
        total = Resealed()
        if studio is None:
            with studio_context(None):
                total += self._told("public tables", reseal_here(per_studio=False, batch=batch))
        studios = get_tenant_model().objects.order_by("id")
        chosen = list(studios.filter(slug=studio) if studio else studios)
        if studio and not chosen:
            raise CommandError(f"There is no studio {studio!r}.")
        for one in chosen:
            with studio_context(one):
                total += self._told(one.slug, reseal_here(per_studio=True, batch=batch))
        if total.failed:
            raise CommandError(
                f"{total.failed} values did not open and stay as they are; the log names their rows."
            )
        if total.late:
            raise CommandError(
                f"{total.late} values were written the old way meanwhile. Run it again once no process of the version before,"
                " or with the older key, is left."
            )
        self.stdout.write(f"{total.done} values sealed anew, none left.")

    def _told(self, where: str, found: Resealed) -> Resealed:
        if found != Resealed():
            self.stdout.write(f"{where}: {found.done} sealed anew, {found.failed} closed")
        return found
