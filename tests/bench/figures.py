"""What a bench module's `main()` returns: figures, each with what it has to reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `target` is the most it may be, or with `at_least` the least; None only informs."""

    name: str
    value: float
    target: float | None
    unit: str
    at_least: bool = False

    @property
    def reached(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    def __str__(self) -> str:
        bound = "" if self.target is None else f"{'at least' if self.at_least else 'at most'} {self.target:g}"
        mark = "" if self.target is None else "reached" if self.reached else "MISSED"
        return f"{self.name:<64} {self.value:>9.2f} {self.unit:<6} {bound:<14} {mark}".rstrip()
