"""Reading an audit trail's chain again: whether every row still holds the hash of what it says and of the row before."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from fitflow.core.audit import AuditRow

CHECK = sql.SQL("""
SELECT count(*), min(seq) FILTER (WHERE NOT sound) FROM (
    SELECT seq, hash = sha256(previous_hash || convert_to((to_jsonb(row) - 'hash')::text, 'UTF8'))
        AND previous_hash = coalesce(lag(hash) OVER (ORDER BY seq), ''::bytea)
        AND seq = coalesce(lag(seq) OVER (ORDER BY seq), 0) + 1 AS sound
    FROM {table} AS row
) AS checked
""")


@dataclass(frozen=True)
class Verdict:
    """How many rows a trail has, and the sequence number of the first that does not fit, or None."""

    rows: int
    broken_at: int | None


def verify_chain(trail: type[AuditRow]) -> Verdict:
    """Compute every hash of a trail again, in the database. A row that was changed, put in or taken out is found.

    Rows taken from the end leave no trace in the chain itself: compare the count with one noted elsewhere.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHECK.format(table=sql.Identifier(trail._meta.db_table)))
        rows, broken_at = cursor.fetchone()
    return Verdict(rows=rows, broken_at=broken_at)
