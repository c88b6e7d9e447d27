"""`python manage.py tax_quote < in.csv > out.csv`."""

import io
import sys
from typing import Any

from django.core.management.base import BaseCommand

from billing.tax.batch import quote_csv


class Command(BaseCommand):
    """Quote the tax of every row of a CSV from standard input; needs no database."""

    help = "Reads id,date,province,category,amount,price_includes_tax and adds gst,hst,pst,qst,total."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the answers to standard output, complaints to standard error; exit with 1 when there is one."""
        source = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
        target = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
        try:
            bad = quote_csv(source, target, sys.stderr)
            target.flush()
        finally:
            source.detach()
            target.detach()
        if bad:
            sys.exit(1)
