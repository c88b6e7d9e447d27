"""Encrypted columns sealed anew: values of older versions under the first of FIELD_KEYS, bound to their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from psycopg import sql

from fitflow.core.fields.encrypted import (
    EncryptedTextField,
    Unbound,
    UnknownKey,
    current_seal,
    decrypt,
    encrypt,
)
from fitflow.tenancy.db import connection

BATCH = 200
NOWHERE = UUID(int=0)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Resealed:
    """How many values were sealed anew, how many would not open and stay as they are, and how many came too late.

    What came too late was written the old way while this ran, by a process of the version before or with the older key.
    """

    done: int = 0
    failed: int = 0
    late: int = 0

    def __add__(self, other: Resealed) -> Resealed:
        return Resealed(self.done + other.done, self.failed + other.failed, self.late + other.late)


def encrypted_fields(*, per_studio: bool) -> list[EncryptedTextField]:
    """Return the encrypted fields of the apps that exist once per studio, or of the shared ones."""
    configs = [
        config for config in apps.get_app_configs() if (config.name in settings.TENANT_APPS) == per_studio
    ]
    return [
        field
        for config in configs
        for model in config.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    ]


def reseal_here(*, per_studio: bool, batch: int = BATCH) -> Resealed:
    """Seal anew what stands in the current schema. Each batch is a transaction: killed, it is begun again where it stopped.

    Only the ciphertext is written, and only while it is still the one that was read: a value that somebody saves meanwhile is
    sealed anew by that. A value that does not open is logged by its row's id and left as it is.
    """
    total = Resealed()
    for field in encrypted_fields(per_studio=per_studio):
        found = Resealed()
        for rows in _batches(field, batch):
            found += _reseal(field, rows)
        total += found + Resealed(late=max(0, _left(field) - found.failed))
    return total


def _names(field: models.Field[Any, Any]) -> dict[str, sql.Identifier]:
    meta, column = field.model._meta, str(field.column)
    key: Any = meta.pk
    return {
        "table": sql.Identifier(meta.db_table),
        "key": sql.Identifier(key.column),
        "column": sql.Identifier(column),
    }


def _left(field: EncryptedTextField) -> int:
    query = sql.SQL("SELECT count(*) FROM {table} WHERE {column} <> '' AND NOT starts_with({column}, %s)")
    with connection.cursor() as cursor:
        cursor.execute(query.format(**_names(field)), [current_seal(bound=True)])
        return int(cursor.fetchone()[0])


def _batches(field: EncryptedTextField, size: int) -> Iterator[list[tuple[UUID, str]]]:
    query = sql.SQL(
        "SELECT {key}, {column} FROM {table} WHERE {column} <> '' AND NOT starts_with({column}, %s) AND {key} > %s"
        " ORDER BY {key} LIMIT %s"
    ).format(**_names(field))
    last = NOWHERE
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [current_seal(bound=True), last, size])
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _reseal(field: EncryptedTextField, rows: list[tuple[UUID, str]]) -> Resealed:
    update = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s").format(
        **_names(field)
    )
    done = failed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for row, stored in rows:
            try:
                text = decrypt(stored, place=field.place, row=row)
            except (InvalidTag, UnknownKey, Unbound, ValueError) as error:
                log.warning("reseal.closed", place=field.place, row=str(row), reason=type(error).__name__)
                failed += 1
                continue
            cursor.execute(update, [encrypt(text, place=field.place, row=row), row, stored])
            done += cursor.rowcount
    return Resealed(done, failed)
