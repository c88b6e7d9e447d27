"""The base of every audit trail: rows that only grow, each holding the hash of the one before.

Sequence, previous hash and hash are set by the database (`public.audit_chain`), under a lock it holds until the
transaction ends: a service therefore writes its audit row last.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from fitflow.core.models import Row


class AuditRow(Row):
    """Who did what to which row, when. `facts` name what changed, never the contents of records."""

    seq = models.BigIntegerField(editable=False, default=0)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    previous_hash = models.BinaryField(default=b"")
    hash = models.BinaryField(default=b"")

    class Meta:
        abstract = True
        ordering: ClassVar = ["-seq"]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}"


def chained(table: str) -> migrations.RunSQL:
    """Migration operation that makes a table an audit trail: chained on insert, never changed, never emptied."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_chain BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION public.audit_chain();
        CREATE TRIGGER {table}_grow_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.forbid_change();
        CREATE TRIGGER {table}_keep BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION public.forbid_change();
        """,
        migrations.RunSQL.noop,
    )
