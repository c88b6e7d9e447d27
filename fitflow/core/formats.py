"""How amounts, days and times are written: on pages, in mails and in documents alike."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

from django.utils import dateformat, timezone

from fitflow.core.money import to_cents

Zone = str | tzinfo | None

SIGNS = {"CAD": "$", "USD": "US$", "EUR": "€", "GBP": "£"}
MINUS = "−"


def money_text(amount: Decimal | int | str | None, currency: str = "CAD") -> str:
    """Write an amount with its sign, grouped and with two decimals: `$1,234.50`. Nothing is written as a dash."""
    if amount is None or amount == "":
        return "–"
    cents = to_cents(Decimal(amount))
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{MINUS if cents < 0 else ''}{sign}{abs(cents):,.2f}"


# Marks that turn the text around them about (Unicode's bidirectional controls): a name with them reads as another.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str) -> str:
    """Return what people typed as one line of plain text: without line ends, control characters and turning marks.

    Joiners stay: names of many languages are written with them.
    """
    kept = ("" if one in TURNING else " " if category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    return " ".join("".join(kept).split())


def zone_of(zone: Zone) -> tzinfo:
    """Return the zone by IANA name, as it is, or the active one."""
    if isinstance(zone, str) and zone:
        return ZoneInfo(zone)
    return zone if isinstance(zone, tzinfo) else timezone.get_current_timezone()


def local(value: date | datetime, zone: Zone = None) -> date | datetime:
    """Return an aware instant in the zone's wall-clock time; a plain date stays as it is."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return value.astimezone(zone_of(zone))
    return value


def _with_year(value: date | datetime, zone: Zone, pattern: str) -> str:
    there = local(value, zone)
    this_year = timezone.now().astimezone(zone_of(zone)).year
    return dateformat.format(there, pattern if there.year == this_year else f"{pattern} Y")


def day_text(value: date | datetime | None, zone: Zone = None) -> str:
    """Write `Thursday 19 November`, with the year when it is not this one."""
    return _with_year(value, zone, "l j F") if value else ""


def short_day_text(value: date | datetime | None, zone: Zone = None) -> str:
    """Write `19 Nov`, with the year when it is not this one."""
    return _with_year(value, zone, "j M") if value else ""


def minutes_text(minute: int) -> str:
    """Write a minute of a day as a clock shows it: 540 is `09:00`, and the end of the day `24:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def clock_text(value: datetime | None, zone: Zone = None) -> str:
    """Write `14:30`, always in 24 hours."""
    return dateformat.format(local(value, zone), "H:i") if value else ""


def span_text(start: datetime, end: datetime, zone: Zone = None) -> str:
    """Write `Thursday 19 November, 18:15 to 19:15`, naming the second day only when it differs."""
    first, last = local(start, zone), local(end, zone)
    until = clock_text(end, zone)
    if isinstance(first, datetime) and isinstance(last, datetime) and first.date() != last.date():
        until = f"{day_text(end, zone)}, {until}"
    return f"{day_text(start, zone)}, {clock_text(start, zone)} to {until}"


def person_name(person: Any) -> str:
    """Return the name a person goes by; her address when she gave none."""
    for name in ("display_name", "full_name", "name", "get_full_name"):
        value = getattr(person, name, "")
        value = value() if callable(value) else value
        if value:
            return str(value)
    return str(getattr(person, "email", "") or person or "")


@lru_cache(maxsize=2048)
def initials(name: str, most: int = 2) -> str:
    """Return the first letters of the first and the last word: `Dana Northcott` gives `DN`."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    picked = words[:1] if most == 1 or len(words) == 1 else [words[0], words[-1]] if words else []
    return "".join(word[0] for word in picked).upper()


def hue_of(key: object) -> int:
    """Return one of the five hues, always the same for the same name or id."""
    return sum(str(key).encode()) % 5 + 1
