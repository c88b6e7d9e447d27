"""`make bench`: figures as ratios against an anchor measured in the same run. Says which missed; asserts nothing by the clock."""

from __future__ import annotations

import importlib
import sys

MODULES = ("tenancy", "opening", "timetable", "slots", "calendar", "booking", "live", "pdf")


def main(names: list[str]) -> int:
    """Measure the modules named (all without names), print each figure, return how many missed their target."""
    import django

    django.setup()
    missed = 0
    for name in names or MODULES:
        print(f"\n{name}")
        for figure in importlib.import_module(f"tests.bench.{name}").main():
            print(f"  {figure}")
            missed += not figure.reached
    print(f"\n{missed} missed" if missed else "\nall reached")
    return missed


if __name__ == "__main__":
    main(sys.argv[1:])
