"""Row-level security for public tables that hold rows of several studios."""

from __future__ import annotations

from django.db import migrations

STUDIOS = "fitflow_studio"


def own_rows(table: str, *, privileges: str, column: str = "studio_id") -> migrations.RunSQL:
    """Migration operation: a studio's role sees and writes only the rows that carry its own id.

    The owner of the tables (the login role, as the public host uses it) is not bound by the policy.
    """
    mine = f"{column} = (SELECT public.current_studio_id())"
    return migrations.RunSQL(
        f"""
        ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY {table}_own ON public.{table} TO {STUDIOS} USING ({mine}) WITH CHECK ({mine});
        GRANT {privileges} ON public.{table} TO {STUDIOS};
        """,
        f"""
        REVOKE ALL ON public.{table} FROM {STUDIOS};
        DROP POLICY {table}_own ON public.{table};
        ALTER TABLE public.{table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def readable(table: str, *, columns: str = "") -> migrations.RunSQL:
    """Migration operation: studios may read a public table (or only some of its columns)."""
    what = f"SELECT ({columns})" if columns else "SELECT"
    return migrations.RunSQL(
        f"GRANT {what} ON public.{table} TO {STUDIOS};", f"REVOKE ALL ON public.{table} FROM {STUDIOS};"
    )
