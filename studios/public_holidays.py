"""The public holidays of a province, by the `holidays` package."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays


@cache
def _of_year(province: str, year: int) -> dict[date, str]:
    found = holidays.country_holidays("CA", subdiv=province, years=year, language="en_CA")
    # A day after the turn of the year may be the one on which the last of the year before is observed.
    return {day: name for day, name in found.items() if day.year == year}


def public_holidays(province: str, first: date, last: date) -> dict[date, str]:
    """Return the public holidays of a province from `first` to `last`, both included, with their names.

    A holiday that falls on a weekend counts twice: on its own day, and on the day it is observed.
    """
    days: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        days |= {day: name for day, name in _of_year(province, year).items() if first <= day <= last}
    return days
