"""The child process: reads one question (JSON) from its input, writes one answer (JSON), ends. Knows nothing else of ours."""

from __future__ import annotations

import json
import resource
import signal
import sys
import warnings
from dataclasses import asdict
from datetime import datetime
from typing import Any, NoReturn

from trainers.external.fetching import fetch
from trainers.external.trouble import Trouble

MOST_MEMORY = 1_500_000_000  # of addresses, of which a file of 5 MB needs a third


class TimeUp(BaseException):
    """Not an Exception: the libraries that are under way take those for trouble of the file, and go on."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Fetch and read one calendar, or list what is in one that was handed over. Raises Trouble, or TimeUp."""
    if "content" in question:
        return _listed(question)
    _within(question["fetch_seconds"], "slow")
    fetched = fetch(
        question["address"],
        etag=question["etag"],
        last_modified=question["last_modified"],
        seconds=question["step_seconds"],
        open_hosts=question["open_hosts"],
    )
    if fetched.body is None:
        return {"status": "same"}
    _within(question["read_seconds"], "heavy")
    # Only where there is something to read: loading it takes longer than asking.
    from trainers.external.reading import Wanted, busy_spans

    busy = busy_spans(
        fetched.body,
        Wanted(
            starts=datetime.fromisoformat(question["starts"]),
            ends=datetime.fromisoformat(question["ends"]),
            zone=question["zone"],
            addresses=frozenset(question["addresses"]),
            own_uids=question["own_uids"],
        ),
    )
    return {
        "status": "read",
        "etag": fetched.etag,
        "last_modified": fetched.last_modified,
        "spans": [[start.isoformat(), end.isoformat()] for start, end in busy.spans],
        "skipped": busy.skipped,
    }


def _listed(question: dict[str, Any]) -> dict[str, Any]:
    _within(question["read_seconds"], "heavy")
    from trainers.external.listing import listed_events
    from trainers.external.reading import Wanted

    wanted = Wanted(
        starts=datetime.fromisoformat(question["starts"]),
        ends=datetime.fromisoformat(question["ends"]),
        zone=question["zone"],
    )
    return {"status": "read", **asdict(listed_events(question["content"].encode(), wanted))}


def _within(seconds: float, code: str) -> None:
    """Raise TimeUp in whatever is under way when the time is up."""

    def stop(*args: Any) -> NoReturn:
        raise TimeUp(code)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def main() -> None:
    """Answer the one question. What cannot be foreseen ends the process: its parent knows what to say."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    warnings.simplefilter("ignore")
    try:
        told = answer(json.load(sys.stdin))
    except (Trouble, TimeUp) as trouble:
        told = {"status": "trouble", "code": trouble.code}
    except (MemoryError, RecursionError):
        told = {"status": "trouble", "code": "heavy"}
    signal.setitimer(signal.ITIMER_REAL, 0)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
