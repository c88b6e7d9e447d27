"""What a rule that repeats means, in plain words."""

from __future__ import annotations

from datetime import date

from django.utils import dateformat

from trainers.recurrence import Rule, read_wall

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second to last"}
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}


def joined(words: list[str]) -> str:
    """Write `Monday`, `Monday and Friday`, `Monday, Wednesday and Friday`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def ordinal(number: int) -> str:
    """Write `1st`, `2nd`, `11th`."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in {11, 12, 13} else ends.get(number % 10, 'th')}"


def _nth(number: int) -> str:
    return _NTH.get(number) or f"{ordinal(abs(number))} to last"


def _month_day(day: int) -> str:
    if day == -1:
        return "last day"
    return f"{ordinal(day)}" if day > 0 else f"{ordinal(-day)} to last day"


def _weekdays(rule: Rule, starts: date) -> list[str]:
    return [WEEKDAYS[day] for _, day in rule.days] or [WEEKDAYS[starts.weekday()]]


def _of_month(rule: Rule, starts: date) -> str:
    if rule.days and rule.positions:
        return f"the {joined([_nth(one) for one in rule.positions])} {' or '.join(_weekdays(rule, starts))}"
    if rule.days:
        return joined([f"{f'the {_nth(nth)}' if nth else 'every'} {WEEKDAYS[day]}" for nth, day in rule.days])
    days = rule.month_days or (starts.day,)
    return f"the {joined([_month_day(day) for day in days])}"


def _of_year(rule: Rule, starts: date) -> str:
    months = rule.months or (starts.month,)
    names = [dateformat.format(date(2000, month, 1), "F") for month in months]
    days = rule.month_days or (starts.day,)
    return f"the {joined([_month_day(day) for day in days])} of {joined(names)}"


def _how_often(rule: Rule, starts: date) -> str:
    every = "Every" if rule.interval == 1 else f"Every {ordinal(rule.interval)}"
    if rule.interval == 2:
        every = "Every second"
    unit = _UNITS[rule.freq]
    if rule.freq == "DAILY":
        return f"{every} {unit}"
    if rule.freq == "WEEKLY":
        days = joined(_weekdays(rule, starts))
        return f"{every} {days}" if rule.interval == 1 else f"{every} {unit} on {days}"
    if rule.freq == "MONTHLY":
        return f"On {_of_month(rule, starts)} of {every.lower()} month"
    return f"On {_of_year(rule, starts)} {every.lower()} year"


def describe(rule: Rule, starts: str) -> str:
    """Write a rule: `Every Tuesday and Thursday at 09:00 until 30 June 2027`."""
    first = read_wall(starts)
    words = f"{_how_often(rule, first.date())} at {first:%H:%M}"
    if rule.until is not None:
        return f"{words} until {dateformat.format(rule.until, 'j F Y')}"
    if rule.count is not None:
        return f"{words}, {'once' if rule.count == 1 else f'{rule.count} times'}"
    return f"{words}, without an end"


def describe_days(rule: Rule, starts: str) -> str:
    """Write only the days, as a name of the series: `Tuesdays and Thursdays`, `Every second week on Tuesdays`."""
    first = read_wall(starts).date()
    if rule.freq == "WEEKLY":
        days = joined([f"{day}s" for day in _weekdays(rule, first)])
        return (
            days
            if rule.interval == 1
            else f"{days}, every {ordinal(rule.interval) if rule.interval > 2 else 'second'} week"
        )
    return _how_often(rule, first)
