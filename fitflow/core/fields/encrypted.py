"""Text that the database, its backups and its replicas hold only as AES-256-GCM ciphertext."""

from __future__ import annotations

import base64
import os
from functools import lru_cache
from typing import Any, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from fitflow.tenancy.db import connection

# What is authenticated besides the words: of UNBOUND the place alone, of BOUND the place and the row.
UNBOUND, BOUND = "v1", "v2"


class UnknownKey(RuntimeError):
    """A value was encrypted under a key that FIELD_KEYS no longer holds."""


class Unbound(RuntimeError):
    """A value of a row is not bound to it, and FIELD_READ_UNBOUND says that none such is left."""


def _keys() -> dict[str, bytes]:
    pairs = (entry.split(":", 1) for entry in settings.FIELD_KEYS)
    return {key_id: base64.b64decode(value) for key_id, value in pairs}


@lru_cache(maxsize=1024)
def _cipher(master: bytes, schema: str) -> AESGCM:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"fitflow/{schema}".encode()).derive(
        master
    )
    return AESGCM(derived)


def _associated(version: str, place: str, row: object) -> bytes:
    return place.encode() if version == UNBOUND else f"{version}:{place}:{row}".encode()


def current_seal(*, bound: bool) -> str:
    """Return how a value sealed today begins: its version and the id of the first of FIELD_KEYS."""
    return f"{BOUND if bound else UNBOUND}${next(iter(_keys()))}$"


def encrypt(text: str, *, place: str, row: object = None) -> str:
    """Encrypt for the current studio. `place` (table.column) and, where given, the row's id are authenticated.

    A value that is moved to another place, row or studio does not open there.
    """
    key_id, master = next(iter(_keys().items()))
    version = UNBOUND if row is None else BOUND
    nonce = os.urandom(12)
    associated = _associated(version, place, row)
    sealed = _cipher(master, connection.schema_name).encrypt(nonce, text.encode(), associated)
    return f"{version}${key_id}${base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, place: str, row: object = None, schema: str = "") -> str:
    """Open what `encrypt` sealed for this place and row, in the current studio or the one whose schema is named.

    Raises UnknownKey where the key is gone, cryptography's InvalidTag where the value was changed or moved, Unbound where it
    belongs to a row without being bound to it and FIELD_READ_UNBOUND is off.
    """
    version, key_id, payload = stored.split("$", 2)
    if version == UNBOUND and row is not None and not settings.FIELD_READ_UNBOUND:
        raise Unbound(f"{place} of {row} is not bound to its row.")
    master = _keys().get(key_id)
    if master is None:
        raise UnknownKey(f"No key {key_id!r} in FIELD_KEYS.")
    raw = base64.b64decode(payload)
    associated = _associated(version, place, row)
    return _cipher(master, schema or connection.schema_name).decrypt(raw[:12], raw[12:], associated).decode()


class Sealed(str):
    """A ciphertext as a row holds it, with the schema of the studio whose key opens it."""

    __slots__ = ("schema",)
    schema: str

    @classmethod
    def of(cls, text: str, schema: str) -> Self:
        sealed = cls(text)
        sealed.schema = schema
        return sealed


class OpenedWhenRead(DeferredAttribute):
    """The attribute of an encrypted field: opened when it is first read, because only then its row is known."""

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        field: Any = self.field
        value = super().__get__(instance, owner)
        if isinstance(value, Sealed):
            value = decrypt(value, place=field.place, row=instance.pk, schema=value.schema)
            instance.__dict__[field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A TextField whose column holds ciphertext under a key of the studio's own, bound to its row.

    It cannot be searched, ordered, or updated by a queryset; `values()` gives the ciphertext. Save the instance.
    """

    descriptor_class = OpenedWhenRead

    @property
    def place(self) -> str:
        """The table and column, as they are authenticated."""
        return f"{self.model._meta.db_table}.{self.column}"

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if not value or isinstance(value, Sealed):
            return value
        if model_instance.pk is None:
            raise TypeError(f"{self.name} is sealed for its row, which has no id yet.")
        return Sealed.of(encrypt(value, place=self.place, row=model_instance.pk), connection.schema_name)

    def get_prep_value(self, value: Any) -> Any:
        if value and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is sealed for its row: save the instance.")
        return str(value) if value is not None else None

    def from_db_value(self, value: str | None, *args: Any) -> str | None:
        return Sealed.of(value, connection.schema_name) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull"}:
            raise TypeError(f"{self.name} is encrypted: it cannot be looked up by {lookup_name}.")
        return super().get_lookup(lookup_name)
