"""A round: what beat has done for each of many rows, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog

from fitflow.tenancy.db import connection

log = structlog.get_logger(__name__)


def one_by_one[T](rows: Iterable[T], work: Callable[[T], int], *, name: str) -> int:
    """Do `work` for each of the rows; return the sum of what it returns.

    A row for which it fails is logged and keeps no other waiting, not even behind a lost connection. It is for the next round
    to try again, as is all that a kill left undone: `work` must be idempotent.
    """
    done = 0
    for row in rows:
        try:
            done += work(row)
        except Exception:
            log.exception("round.failed", round=name, row=str(row))
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
    return done
