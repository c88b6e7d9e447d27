"""Sets in words: `3 × 8 × 40 kg`, `12 + 10 + 8`, `2 × 0:45`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from trainers.models import ExerciseSet, Measure


def set_words(row: ExerciseSet) -> str:
    """Return what one set came to."""
    if row.measure == Measure.LOAD:
        return f"{row.repetitions} × {row.load_text} {row.load_unit}"
    if row.measure == Measure.TIME:
        return row.time_text
    if row.measure == Measure.DISTANCE:
        return f"{row.metres} m in {row.time_text}" if row.seconds else f"{row.metres} m"
    return str(row.repetitions)


def sets_words(rows: Iterable[ExerciseSet]) -> str:
    """Return what an exercise came to: sets that are alike one after the other are counted."""
    runs = [(words, len(list(same))) for words, same in groupby(set_words(row) for row in rows)]
    return ", ".join(f"{count} × {words}" if count > 1 else words for words, count in runs)
