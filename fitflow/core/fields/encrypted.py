"""Text that the database, its backups and its replicas hold only as AES-256-GCM ciphertext."""

from __future__ import annotations

import base64
import os
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

from fitflow.tenancy.db import connection

VERSION = "v1"


class UnknownKey(RuntimeError):
    """A value was encrypted under a key that FIELD_KEYS no longer holds."""


def _keys() -> dict[str, bytes]:
    pairs = (entry.split(":", 1) for entry in settings.FIELD_KEYS)
    return {key_id: base64.b64decode(value) for key_id, value in pairs}


@lru_cache(maxsize=1024)
def _cipher(master: bytes, schema: str) -> AESGCM:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"fitflow/{schema}".encode()).derive(
        master
    )
    return AESGCM(derived)


def encrypt(text: str, *, place: str) -> str:
    """Encrypt for the current studio. `place` (table.column) is authenticated: a value moved elsewhere won't open."""
    key_id, master = next(iter(_keys().items()))
    nonce = os.urandom(12)
    sealed = _cipher(master, connection.schema_name).encrypt(nonce, text.encode(), place.encode())
    return f"{VERSION}${key_id}${base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, place: str) -> str:
    """Open what `encrypt` sealed in this studio and place.

    Raises UnknownKey where the key is gone, cryptography's InvalidTag where the value was changed or moved.
    """
    _, key_id, payload = stored.split("$", 2)
    master = _keys().get(key_id)
    if master is None:
        raise UnknownKey(f"No key {key_id!r} in FIELD_KEYS.")
    raw = base64.b64decode(payload)
    return _cipher(master, connection.schema_name).decrypt(raw[:12], raw[12:], place.encode()).decode()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A TextField whose column holds ciphertext under a key of the studio's own. It cannot be searched or ordered."""

    @property
    def _place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value, place=self._place) if value else value

    def from_db_value(self, value: str | None, *args: Any) -> str | None:
        return decrypt(value, place=self._place) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull"}:
            raise TypeError(f"{self.name} is encrypted: it cannot be looked up by {lookup_name}.")
        return super().get_lookup(lookup_name)
