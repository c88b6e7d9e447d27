from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django_tenants.management.commands import migrate_schemas

from fitflow.tenancy.db import connection
from fitflow.tenancy.migrating import let_owner_create, studios_behind


class Command(migrate_schemas.MigrateSchemasCommand):
    """django-tenants' command; a plain run visits only the studios that lack a migration.

    A studio that cannot be migrated keeps no other from it; in the end the command fails and names it. Run it again.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        let_owner_create()
        plain = not options.get("app_label") and not options.get("schema_name") and not options.get("shared")
        if not plain or options.get("plan") or options.get("check_unapplied"):
            super().handle(*args, **options)
            return
        if not options.get("tenant"):
            super().handle(*args, **{**options, "shared": True})
        behind, failed = studios_behind(), []
        for schema in behind:
            try:
                super().handle(*args, **{**options, "tenant": True, "shared": False, "schema_name": schema})
            except DatabaseError as error:
                connection.close()
                connection.set_schema_to_public()
                failed.append(f"{schema}: {' '.join(str(error).split())}")
        if options.get("verbosity", 1):
            self.stdout.write(f"{len(behind) - len(failed)} studios migrated.")
        if failed:
            raise CommandError("\n".join(["Not migrated:", *failed]))
