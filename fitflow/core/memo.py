"""What a process may remember for a moment, so that busy pages do not ask the same thing for every request.

Only facts about identity and hosts are kept here, and only for seconds (IDENTITY_SECONDS, HOST_SECONDS): that is how long
another process may go on with what has just changed. This process forgets at once what it changes itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any, cast

MOST = 10_000
_known: dict[Hashable, tuple[float, Any]] = {}


def remember[T](key: Hashable, make: Callable[[], T], *, seconds: float) -> T:
    """Return what `make` gave for the key within the last `seconds`, or ask it now. What raises is not remembered."""
    if seconds <= 0:
        return make()
    now = time.monotonic()
    entry = _known.get(key)
    if entry is not None and entry[0] > now:
        return cast(T, entry[1])
    value = make()
    if len(_known) >= MOST:
        _known.clear()
    _known[key] = (now + seconds, value)
    return value


def forget(*keys: Hashable) -> None:
    """Forget keys; every key that begins with a given tuple's elements goes too. Without keys: everything."""
    if not keys:
        _known.clear()
        return
    for known in list(_known):
        if any(
            known == key or (isinstance(key, tuple) and isinstance(known, tuple) and known[: len(key)] == key)
            for key in keys
        ):
            _known.pop(known, None)


def drop(key: Hashable) -> None:
    """Forget exactly this key."""
    _known.pop(key, None)
