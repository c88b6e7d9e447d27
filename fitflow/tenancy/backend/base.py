"""The database backend: a studio is its search path and its role, taken together in one statement."""

from __future__ import annotations

from typing import Any

import django.db.utils
import psycopg
from django_tenants.postgresql_backend import base
from django_tenants.utils import get_public_schema_name

STUDIO_PREFIX = "studio_"
NO_ROLE = "none"
ENTER = "SELECT set_config('search_path', %s, false), set_config('role', %s, false)"


class DatabaseWrapper(base.DatabaseWrapper):
    """django-tenants' wrapper, with the studio's own NOLOGIN role beside its search path.

    The role is what makes PostgreSQL itself refuse another studio's schema and rows; the path only decides which
    tables a bare name means. Both are set by one statement, whenever the connection is new, the studio has changed or a
    rollback may have undone the setting.
    """

    _setting_search_path: bool
    search_path_set_schemas: Any

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.search_path_set_schemas = None
        return super().get_new_connection(conn_params)

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._setting_search_path or self.search_path_set_schemas:
            return
        paths = self._get_cursor_search_paths()
        role = self.schema_name if self.schema_name != get_public_schema_name() else NO_ROLE
        self._setting_search_path = True
        own = self.connection.cursor() if cursor is None else cursor
        try:
            own.execute(ENTER, [",".join(f'"{path}"' for path in paths), role])
        except (django.db.utils.InternalError, psycopg.errors.InFailedSqlTransaction):
            # The transaction has failed already and waits for its rollback; the next cursor sets both again.
            self.search_path_set_schemas = None
        else:
            self.search_path_set_schemas = paths
        finally:
            self._setting_search_path = False
            if cursor is None:
                own.close()
