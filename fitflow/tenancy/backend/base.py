"""The database backend: a studio is its search path and its role, taken together in one statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.backends.utils import CursorWrapper
from django_tenants.postgresql_backend import base
from django_tenants.utils import get_public_schema_name

STUDIO_PREFIX = "studio_"
NO_ROLE = "none"
ENTER = b"SELECT set_config('search_path', $1, false), set_config('role', $2, false)"
LEAVE = b"RESET ROLE; SET search_path = public"
IDLE, INERROR = psycopg.pq.TransactionStatus.IDLE, psycopg.pq.TransactionStatus.INERROR
COMMAND_OK, TUPLES_OK = psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK


PUBLIC = base.FakeTenant(schema_name=get_public_schema_name())


class Keeper(CursorWrapper):
    """A cursor that keeps its statements for later: see `DatabaseWrapper.keeping`."""

    def __init__(self, cursor: Any, db: Any, kept: list[str]) -> None:
        super().__init__(cursor, db)
        self.kept = kept

    def execute(self, sql: Any, params: Any = None) -> None:
        self.kept.append(self.cursor.mogrify(sql, params))

    def executemany(self, sql: Any, param_list: Any) -> None:
        for params in param_list:
            self.execute(sql, params)


class Operations(DatabaseOperations):
    """Django's own, which know of the cursor they use themselves what it has sent."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """Return a statement with its values written in, also of a cursor that prepares (`fitflow.core.db.fetch_prepared`)."""
        try:
            return super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)
        except psycopg.DataError:
            return str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    """django-tenants' wrapper, with the studio's own NOLOGIN role beside its search path.

    The role is what makes PostgreSQL itself refuse another studio's schema and rows; the path only decides which
    tables a bare name means. Both are set by one statement, whenever the connection is new, the studio has changed or a
    rollback may have undone the setting.
    """

    ops_class = Operations
    search_path_set_schemas: Any
    _holds_role = False
    _kept: list[str] | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.search_path_set_schemas = None
        self._holds_role = False
        return super().get_new_connection(conn_params)

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Name the studio whose path and role the connection is to have; the next cursor (or `take_place`) takes them.

        django-tenants' own also drops Django's content types, which may differ by schema: ours are all in the public one.
        """
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        self.set_settings_schema(self.schema_name)
        self.search_path_set_schemas = None

    def set_schema_to_public(self) -> None:
        self.set_tenant(PUBLIC)

    def take_place(self) -> None:
        """Set path and role now, without a cursor: what `set_tenant` names is otherwise taken by the next cursor."""
        self.ensure_connection()
        self._handle_search_path()

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self.search_path_set_schemas:
            return
        handle = self.connection.pgconn
        if handle.transaction_status == INERROR:
            return  # It waits for its rollback; the next cursor sets both again.
        paths = self._get_cursor_search_paths()
        role = self.schema_name if self.schema_name != get_public_schema_name() else NO_ROLE
        # Every request pays for this statement: libpq itself is asked, without a cursor around it.
        with self.wrap_database_errors:
            self._holds_role = self._holds_role or role != NO_ROLE
            values = [",".join(f'"{path}"' for path in paths).encode(), role.encode()]
            _raise_unless(handle.exec_params(ENTER, values), TUPLES_OK)
        self.search_path_set_schemas = paths

    @contextmanager
    def keeping(self) -> Iterator[list[str]]:
        """Within the block, keep what is executed as text in the list given, values written in, instead of sending it."""
        kept: list[str] = []
        self._kept = kept
        try:
            yield kept
        finally:
            self._kept = None

    def make_cursor(self, cursor: Any) -> Any:
        return super().make_cursor(cursor) if self._kept is None else Keeper(cursor, self, self._kept)

    def make_debug_cursor(self, cursor: Any) -> Any:
        return super().make_debug_cursor(cursor) if self._kept is None else self.make_cursor(cursor)

    def _close(self) -> Any:
        # A connection goes back to the pool as nobody's. Done here and not by the pool's own hook, which would wake a
        # thread for it; a connection that cannot be cleaned is closed, and the pool replaces it.
        if self.connection is not None and self._holds_role and not self.connection.closed:
            handle = self.connection.pgconn
            try:
                if handle.transaction_status != IDLE:
                    self.connection.rollback()
                _raise_unless(handle.exec_(LEAVE), COMMAND_OK)
            except psycopg.Error:
                self.connection.close()
            self._holds_role = False
        return super()._close()


def _raise_unless(done: psycopg.pq.abc.PGresult, wanted: psycopg.pq.ExecStatus) -> None:
    if done.status != wanted:
        raise psycopg.errors.error_from_result(done)
