from __future__ import annotations

import os
import re
import subprocess
from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from fitflow.tenancy import schema
from fitflow.tenancy.backend.base import STUDIO_PREFIX
from fitflow.tenancy.db import connection

NOISE = re.compile(
    r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict.*|CREATE SCHEMA .*)$\n?", re.MULTILINE
)


class Command(BaseCommand):
    help = "Write the SQL template that opening a studio replays, made from the migrations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="fail when the kept template is not what migrations make"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        name = f"{STUDIO_PREFIX}{uuid4().hex}"
        schema.create_role_and_schema(name)
        try:
            call_command("migrate_schemas", schema_name=name, verbosity=0, interactive=False)
            text = dump(name)
        finally:
            connection.set_schema_to_public()
            schema.drop(name)
        if check:
            if not schema.TEMPLATE.exists() or schema.TEMPLATE.read_text(encoding="utf-8") != text:
                raise CommandError(
                    "The studio template is not what the migrations make: run dump_studio_template."
                )
            return
        schema.TEMPLATE.write_text(text, encoding="utf-8")
        self.stdout.write(f"{schema.TEMPLATE.name}: {len(text.splitlines())} lines")


def dump(name: str) -> str:
    """Return a schema's definition as SQL with a placeholder for its name, and the record of its migrations."""
    text = _pg_dump(name, "--schema-only")
    rows = _pg_dump(name, "--data-only", "--inserts", "--table", f"{name}.django_migrations")
    text = NOISE.sub("", text)
    applied = sorted(re.findall(r"VALUES \(\d+, '([^']+)', '([^']+)'", rows))
    values = ",\n".join(f"    ('{app}', '{migration}', now())" for app, migration in applied)
    recorded = f"INSERT INTO {name}.django_migrations (app, name, applied) VALUES\n{values};\n"
    body = re.sub(r"\n{3,}", "\n\n", text).strip()
    return f"SET LOCAL search_path = {name}, public;\nSET LOCAL check_function_bodies = false;\n\n{body}\n\n{recorded}".replace(
        name, schema.PLACEHOLDER
    )


def _pg_dump(name: str, *options: str) -> str:
    parameters = connection.get_connection_params()
    where = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    environment = {key: str(parameters[value]) for key, value in where.items() if parameters.get(value)}
    command = ["pg_dump", "--no-owner", "--no-privileges", f"--role={name}", f"--schema={name}", *options]
    done = subprocess.run(
        [*command, str(parameters["dbname"])],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"pg_dump: {done.stderr.strip()}")
    return done.stdout
