"""Who came, of those who had a place in a session that was held."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.reports.asked import Asked
from reporting.selectors.attendance import Turnout, fold
from reporting.tables import Cell, Chart, Column, Kind, Report, Series, Table
from reporting.words import ranked_sentence

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BARS = 8
FIGURES = (
    Column("Sessions", Kind.COUNT),
    Column("Places taken", Kind.PERCENT),
    Column("Came", Kind.COUNT),
    Column("No-shows", Kind.COUNT),
    Column("Attendance", Kind.PERCENT),
)
NOTHING = "No session was completed in this period."


def attendance_by_service(asked: Asked) -> Report:
    """Answer which services people come to, the best first."""
    turnouts = fold(asked.turnout, lambda cell: cell.service)
    ranked = sorted(turnouts.items(), key=lambda item: (-(item[1].rate or 0), item[0]))
    return _report(
        ranked,
        slug="attendance-by-service",
        question="Do people come?",
        what="Service",
        explains="Of those who had a place, how many came",
        lying=True,
    )


def attendance_by_weekday(asked: Asked) -> Report:
    """Answer which days of the week people come on."""
    turnouts = fold(asked.turnout, lambda cell: cell.weekday)
    return _report(
        [(DAYS[weekday - 1], turnouts[weekday]) for weekday in sorted(turnouts)],
        slug="attendance-by-weekday",
        question="Which days do they come?",
        what="Day",
        explains="Attendance by day of the week",
        lying=False,
    )


def _row(name: str, turnout: Turnout) -> tuple[Cell, ...]:
    return (name, turnout.sessions, turnout.fill, turnout.came, turnout.missed, turnout.rate)


def _report(
    rows: Sequence[tuple[str, Turnout]], *, slug: str, question: str, what: str, explains: str, lying: bool
) -> Report:
    shown = [(name, turnout) for name, turnout in rows if turnout.rate is not None][:BARS]
    whole = sum((turnout for _, turnout in rows), Turnout())
    return Report(
        slug=slug,
        question=question,
        explains=explains,
        icon="people",
        table=Table((Column(what), *FIGURES), [_row(*row) for row in rows], _row("In all", whole)),
        chart=Chart(
            labels=tuple(name if lying else name[:3] for name, _ in shown),
            series=(Series(name="Attendance", hue=2, values=tuple(turnout.rate for _, turnout in shown)),),
            kind=Kind.PERCENT,
            lying=lying,
            sentence=ranked_sentence(explains, [(name, f"{turnout.rate}%") for name, turnout in shown]),
        ),
        empty=NOTHING,
    )
