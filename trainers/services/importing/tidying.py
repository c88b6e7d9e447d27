"""What was uploaded holds people's data: it stays no longer than it is needed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from fitflow.core.clock import now
from fitflow.core.rounds import one_by_one
from trainers.models import Import, ImportPart, ImportRow
from trainers.services.importing.starting import forget_file

KEPT = timedelta(days=30)
WAITING = (Import.State.READING, Import.State.MAPPING, Import.State.CHECKING, Import.State.CHECKED)
EXPIRED = "The file was kept for 30 days and then deleted. Upload it again."


def forget_old_files() -> int:
    """Delete files that came over 30 days ago, and what is left of their rows; return of how many imports. Idempotent."""
    parts = ImportPart.objects.filter(batch=OuterRef("pk"))
    rows = ImportRow.objects.filter(batch=OuterRef("pk"))
    old = Import.objects.filter(created_at__lt=now() - KEPT).filter(Q(Exists(parts)) | Q(Exists(rows)))
    ids = old.exclude(state=Import.State.IMPORTING).values_list("pk", flat=True)
    return one_by_one(list(ids), _forget, name="import files")


def _forget(import_id: UUID) -> int:
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=import_id)
        if locked.state == Import.State.IMPORTING:
            return 0
        if locked.state in WAITING:
            locked.state, locked.notice = Import.State.DROPPED, EXPIRED
            locked.round += 1
            locked.save(update_fields=["state", "notice", "round"])
        forget_file(locked)
    return 1
