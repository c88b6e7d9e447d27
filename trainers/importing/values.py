"""Reading single cells: dates and times as people and programs write them, phone numbers, provinces, amounts, states.

Each function returns the value or raises Unreadable with a sentence that says what to do.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from fitflow.core.folding import fold
from studios.shared.models import Province

MONTHS = (
    ("january", "jan", "janvier", "janv"), ("february", "feb", "fevrier", "fevr", "fev"), ("march", "mar", "mars"),
    ("april", "apr", "avril", "avr"), ("may", "mai"), ("june", "jun", "juin"), ("july", "jul", "juillet", "juil"),
    ("august", "aug", "aout"), ("september", "sep", "sept", "septembre"), ("october", "oct", "octobre"),
    ("november", "nov", "novembre"), ("december", "dec", "decembre"),
)  # fmt: skip
MONTH_OF = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
NUMBERS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})\b")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4})")
DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er)? ([a-z]{3,9})\.?,? (\d{4})")
DASHED = re.compile(r"(\d{1,2})-([a-z]{3,9})\.?-(\d{4}|\d{2})(?![\d:])")  # as spreadsheets write 24-Nov-26
CLOCK = re.compile(r"(\d{1,2})(?:[:h.](\d{2}))?(?::\d{2}(?:\.\d+)?)? ?(am|pm|a\.m\.|p\.m\.)?$")
MIDNIGHT = re.compile(r"24(?:[:.]00(?::00)?| ?h ?(?:00)?)")  # the end of a day, where something ends
# What a spreadsheet keeps behind a cell: days since its own beginning, and parts of a day.
SERIAL = re.compile(r"(\d{5})(?![\d:/-])")
DAY_ZERO, FIRST_SERIAL, LAST_SERIAL = date(1899, 12, 30), 25_569, 73_050  # 1970 to 2099
FRACTION = re.compile(r"0?[.,]\d+")
FIRST_YEAR, LAST_YEAR = 1970, 2200
POSTAL_CODE = re.compile(r"([ABCEGHJ-NPRSTVXY]\d[A-Z]) ?(\d[A-Z]\d)")
MONEY = "(?:C(?:AD?)?|USD?|EUR|GBP|[$€£])+"
CURRENCY = re.compile(f"^{MONEY}|{MONEY}$", re.IGNORECASE)
# Amounts with a decimal point, and with a comma. `1.234` is neither: it may be a thousand.
POINT = re.compile(r"[0-9]{1,9}(?:\.(?:[0-9]{1,2}|[0-9]{2}0{2,}))?|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
COMMA = re.compile(r"[0-9]{1,9},[0-9]{1,2}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}")
ORDERS = {
    "ymd": "Year first (2026-11-24)",
    "dmy": "Day first (24/11/2026)",
    "mdy": "Month first (11/24/2026)",
}
LAST_FIRST = re.compile(r"([^\W\d_][\w .'’-]*), *([^\W\d_][\w .'’-]*)")
SUFFIXES = {"jr", "sr", "ii", "iii", "md", "m.d", "phd", "ph.d", "rmt", "nd", "dc", "rn"}
YES = {"yes", "y", "true", "1", "x", "paid", "paid in full", "oui", "full"}
INACTIVE = {
    "no",
    "n",
    "false",
    "0",
    "inactive",
    "non-active",
    "archived",
    "deactivated",
    "discharged",
    "inactif",
    "non",
}
CANCELLED = ("cancel", "annul", "deleted", "void", "declined", "late cancel")
WAITING = ("waitlist", "wait list", "waiting", "liste d'attente", "en attente")
MISSED = ("no show", "noshow", "no-show", "absent", "missed")


class Unreadable(ValueError):
    """A cell that cannot be understood; its text is a sentence for people."""


def read_day(text: str, order: str) -> tuple[date, str]:
    """Return the date a text begins with, and what follows it."""
    low = fold(text).strip()
    low = re.sub(r"^[a-z]+,? (?=[a-z]+\.? \d|\d)", "", low) if not _is_month(low) else low
    found = _day(low, order)
    if found is None:
        raise Unreadable(f"“{text[:40]}” is no date we can read. Write it like 2026-11-24.")
    (year, month, day), rest = found
    try:
        rest = re.sub(r"^(?:at|a) (?=\d)", "", rest.lstrip(" ,tT").rstrip(" ,"))
        return date(year if year > 99 else 2000 + year, month, day), rest
    except ValueError:
        raise Unreadable(
            f"“{text[:40]}” is no day of the calendar. Check the order of day and month, or mend the date."
        ) from None


def _is_month(low: str) -> bool:
    word = re.match(r"[a-z]+", low)
    return bool(word and word[0] in MONTH_OF)


def _day(low: str, order: str) -> tuple[tuple[int, int, int], str] | None:
    if match := ISO_DAY.match(low):
        return (int(match[1]), int(match[2]), int(match[3])), low[match.end() :]
    if match := NUMBERS.match(low):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if order == "ymd":
            order = _told_order(first, second, match[3], low)
        day, month = (second, first) if order == "mdy" else (first, second)
        return (year, month, day), low[match.end() :]
    if (match := MONTH_FIRST.match(low)) and match[1] in MONTH_OF:
        return (int(match[3]), MONTH_OF[match[1]], int(match[2])), low[match.end() :]
    if (match := DAY_FIRST.match(low) or DASHED.match(low)) and match[2] in MONTH_OF:
        return (int(match[3]), MONTH_OF[match[2]], int(match[1])), low[match.end() :]
    if (match := SERIAL.match(low)) and FIRST_SERIAL <= int(match[1]) <= LAST_SERIAL:
        counted = DAY_ZERO + timedelta(days=int(match[1]))
        return (counted.year, counted.month, counted.day), re.sub(r"^,(?=\d)", ".", low[match.end() :])
    return None


def _told_order(first: int, second: int, year: str, low: str) -> str:
    """Return the order of a date that does not begin with its year, though the file's should; it must tell by itself."""
    if len(year) < 4 or (first != second and first <= 12 and second <= 12):
        raise Unreadable(
            f"“{low[:40]}” can be several days. Say on the mapping page whether day or month stands first."
        )
    return "mdy" if second > 12 else "dmy"


def read_clock(text: str) -> time:
    """Return a time of day: `14:30`, `2:30 pm`, `14 h 30`, `9am`; a spreadsheet's `0.25` is six in the morning."""
    low = fold(text).strip().replace("\u202f", " ").replace("\xa0", " ")
    if FRACTION.fullmatch(low):
        return _part_of_day(low, text)
    match = CLOCK.match(re.sub(r"(\d) ?h ?(?=\d|$)", r"\1h", low).removesuffix("h"))
    if not match or (match[2] is None and match[3] is None and "h" not in low):
        raise Unreadable(f"“{text[:40]}” is no time we can read. Write it like 14:30.")
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").replace(".", "")
    if hour > 23 or minute > 59 or (half == "am" and hour > 12):
        raise Unreadable(f"“{text[:40]}” is no time of a day. Write it like 14:30.")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute)


def _part_of_day(low: str, text: str) -> time:
    """Return the time a part of a day is. What gives no multiple of five minutes may as well be meant as hours and minutes."""
    minutes = Decimal(low.replace(",", ".")) * 24 * 60
    near = int(minutes.to_integral_value())
    if near % 5 or abs(minutes - near) > Decimal("0.1") or near >= 24 * 60:
        raise Unreadable(f"“{text[:40]}” can be several times of a day. Write it like 14:30.")
    return time(near // 60, near % 60)


def is_midnight(text: str) -> bool:
    """Whether a text means the end of a day, which no day's own time is."""
    return MIDNIGHT.fullmatch(fold(text).strip()) is not None


def read_moment(text: str, order: str) -> datetime:
    """Return a date and time in one cell: aware where the text names an offset, else as the clocks show it."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        day, rest = read_day(text, order)
        if not rest:
            raise Unreadable(f"“{text[:40]}” has no time of day. Write it like 2026-11-24 14:30.") from None
        return datetime.combine(day, read_clock(rest))
    if found.time() == time() and ":" not in text:
        raise Unreadable(f"“{text[:40]}” has no time of day. Write it like 2026-11-24 14:30.")
    return found.replace(second=0, microsecond=0)


def instant_of(moment: datetime, zone: str) -> datetime:
    """Return the instant of a time read from a file, by a place's clocks: a time they skip moves forward, one they show
    twice is the first of the two, as everywhere in the timetable."""
    if (
        not FIRST_YEAR <= moment.year <= LAST_YEAR
    ):  # what programs write for "never", and what no clock reaches
        raise Unreadable(f"{moment.year} is no year of a session. Mend the date, or leave the row out.")
    if moment.tzinfo:
        return moment.astimezone(UTC)
    return moment.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def guess_order(samples: list[str], usual: str = "") -> str:
    """Return in which order the samples write day and month; `usual` where they do not tell."""
    for text in samples:
        low = text.strip()
        if ISO_DAY.match(low):
            return "ymd"
        match = NUMBERS.match(low)
        if match and int(match[1]) > 12:
            return "dmy"
        if match and int(match[2]) > 12:
            return "mdy"
    return usual or "ymd"


def read_minutes(text: str) -> timedelta:
    """Return a length: `60`, `60 min`, `1:30`, `1 h 30`."""
    low = fold(text).strip()
    if match := re.fullmatch(r"(\d{1,2}) ?(?::|h|hr|hours?) ?(\d{2})?(?: ?min)?", low):
        return timedelta(hours=int(match[1]), minutes=int(match[2] or 0))
    if match := re.fullmatch(r"(\d{1,3})(?:\.0+)? ?(?:m|min|mins|minutes)?", low):
        return timedelta(minutes=int(match[1]))
    raise Unreadable(f"“{text[:40]}” is no length we can read. Write minutes, such as 60.")


def read_name(text: str) -> str:
    """Return a name as it is said: `Lee, Ann` is Ann Lee, but `Ann Lee, MD` stays."""
    match = LAST_FIRST.fullmatch(text.strip())
    return f"{match[2]} {match[1]}" if match and fold(match[2]).strip(".") not in SUFFIXES else text


def read_email(text: str) -> str:
    """Return an address in lower case, where the form of a client would take it."""
    found = text.strip().lower().removeprefix("mailto:")
    try:
        validate_email(found)
    except ValidationError:
        raise Unreadable(f"“{text[:60]}” is no e-mail address. Mend it, or clear it.") from None
    if len(found) > 254:
        raise Unreadable("It is longer than an e-mail address can be. Mend it, or clear it.")
    return found


def read_phone(text: str) -> str:
    """Return a number as it is kept, with its country's code; numbers without one are Canadian."""
    bare = (
        text.strip().lstrip("'=\"").rstrip('"').removesuffix(".0")
    )  # as spreadsheets write texts and numbers
    for part in re.split(r"[;,/]| or ", bare):
        try:
            number = phonenumbers.parse(part, "CA")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise Unreadable(f"“{text[:40]}” is no phone number. Write it with its area code, such as 416 555-0142.")


PROVINCES = {fold(str(label)): str(code) for code, label in Province.choices} | {
    str(code).lower(): str(code) for code in Province.values
}
PROVINCES |= {"que": "QC", "pq": "QC", "ont": "ON", "alta": "AB", "sask": "SK", "man": "MB", "nfld": "NL"}
PROVINCES |= {"pei": "PE", "newfoundland": "NL", "colombie-britannique": "BC", "yukon territory": "YT"}


def read_province(text: str) -> str:
    """Return a province's two letters."""
    found = PROVINCES.get(fold(text).strip().strip(".").replace(".", ""))
    if found is None:
        raise Unreadable(f"“{text[:40]}” is no province. Write it like ON or Ontario.")
    return found


def read_postal_code(text: str) -> str:
    """Return a postal code; a Canadian one with its space."""
    found = text.strip().upper()
    if match := POSTAL_CODE.fullmatch(found):
        return f"{match[1]} {match[2]}"
    if len(found) > 10:
        raise Unreadable(f"“{text[:40]}” is no postal code. Write it like M5V 2T6.")
    return found


def read_price(text: str) -> Decimal:
    """Return an amount: `$1,234.50`, `80`, `80,00 $`, `1.234,50`."""
    low = CURRENCY.sub("", re.sub(r"\s", "", text))
    if POINT.fullmatch(low):
        low = low.replace(",", "")
    elif COMMA.fullmatch(low):
        low = low.replace(".", "").replace(",", ".")
    else:
        raise Unreadable(f"“{text[:40]}” is no price. Write it like 80.00.")
    found = Decimal(low)
    if found >= 1_000_000:
        raise Unreadable(f"“{text[:40]}” is no price. Write it like 80.00.")
    return found.quantize(Decimal("0.01"))


def read_yes(text: str) -> bool:
    """Return whether a cell says yes."""
    return fold(text).strip() in YES


def is_inactive(text: str) -> bool:
    """Return whether a cell says that a client does not come any more."""
    return fold(text).strip() in INACTIVE


def read_status(text: str) -> str:
    """Return what a cell says became of the booking: `cancelled`, `no_show`, `waiting`, or nothing of the kind."""
    low = fold(text).replace("_", " ").replace("’", "'").strip()
    if any(word in low for word in MISSED):
        return "no_show"
    if any(word in low for word in CANCELLED):
        return "cancelled"
    return "waiting" if any(word in low for word in WAITING) else ""
