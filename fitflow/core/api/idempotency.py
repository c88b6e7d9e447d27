"""Idempotency keys: the same call with the same key is carried out once and answered alike for 24 hours.

The key's row is written in the transaction of the work itself: both are there or neither. A second call with the key
waits at the unique index until the first has ended, then gets its answer. Answers are stored encrypted under the studio's
own key: they hold what the studio's tables hold, notes included. Of what was asked only a keyed hash is kept: a plain one
would tell who reads the table whether a note says what she guesses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.errors import Conflict, Invalid
from fitflow.core.fields import encrypted
from fitflow.core.ids import uuid7
from fitflow.core.models import IdempotentAnswer
from fitflow.tenancy.context import current_studio

KEPT = timedelta(hours=24)
PLACE = "core_idempotentanswer.body"


class _Refused(Exception):
    def __init__(self, response: Response) -> None:
        self.response = response


def _fingerprints(request: Request) -> tuple[str, str]:
    """Return the hash of what is asked, and the one that a process of the version before has kept of it."""
    asked = orjson.dumps(
        [request.method, request.path, request.data], option=orjson.OPT_SORT_KEYS, default=str
    )
    keyed = salted_hmac("idempotency", asked, algorithm="sha256").hexdigest()
    return keyed, hashlib.sha256(asked).hexdigest()


def _claim(key: str, user_id: Any, fingerprint: str) -> IdempotentAnswer:
    studio = current_studio()
    studio_id = studio.id if studio else None
    mine = {"studio_id": studio_id, "user_id": user_id, "key": key}
    IdempotentAnswer.objects.filter(**mine, expires_at__lt=timezone.now()).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotentanswer (id, created_at, studio_id, user_id, key, fingerprint, expires_at)"
            " VALUES (%s, now(), %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [uuid7(), studio_id, user_id, key, fingerprint, timezone.now() + KEPT],
        )
    return IdempotentAnswer.objects.get(**mine)


def _seal(data: Any) -> bytes | None:
    if data is None:
        return None
    return encrypted.encrypt(orjson.dumps(data, default=str).decode(), place=PLACE).encode()


def _open(body: Any) -> bytes | None:
    return None if body is None else encrypted.decrypt(bytes(body).decode(), place=PLACE).encode()


def answer_once(request: Request, work: Callable[[], Response]) -> Response:
    """Carry out `work` under the request's Idempotency-Key, or give the stored answer again.

    Raises Conflict where the key came with another body before. An answer of 400 or more is not stored: nothing was
    written, and asking again is safe.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return work()
    if len(key) > 200:
        raise Invalid("An Idempotency-Key has at most 200 characters.")
    fingerprint, plain = _fingerprints(request)
    try:
        with transaction.atomic():
            row = _claim(key, request.user.pk, fingerprint)
            if row.fingerprint not in {fingerprint, plain}:
                raise Conflict("This Idempotency-Key was used for another call.", conflict="idempotency_key")
            if row.status is not None:
                stored = Response(_open(row.body), status=row.status)
                stored["Idempotent-Replay"] = "true"
                return stored
            response = work()
            if response.status_code >= 400:
                raise _Refused(response)
            IdempotentAnswer.objects.filter(pk=row.pk).update(
                status=response.status_code, body=_seal(response.data)
            )
            return response
    except _Refused as refused:
        return refused.response
