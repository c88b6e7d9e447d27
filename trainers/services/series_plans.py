"""A change of a series before it is made: what it touches, session by session, and what stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from studios.models import Room
from trainers.models import Series, Session, TrainerProfile
from trainers.recurrence import Rule
from trainers.recurrence_words import describe
from trainers.services.series_problems import Problem


@dataclass(frozen=True)
class Change:
    """One session as it is and as it would be."""

    session: Session
    occurrence: str
    starts_at: datetime
    ends_at: datetime
    trainer: TrainerProfile
    room: Room | None
    problems: tuple[Problem, ...] = ()
    left_out: bool = False  # of the change: it stays as it is

    @property
    def keeps_time(self) -> bool:
        """Whether its time stays: nothing was asked, or somebody has moved it by itself before."""
        return (self.starts_at, self.ends_at) == (self.session.starts_at, self.session.ends_at)

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be changed so."""
        return any(problem.blocks for problem in self.problems)


@dataclass(frozen=True)
class SeriesEdit:
    """A change of a series before it is made: what it touches, and what it does not."""

    series: Series
    anchor: Session
    scope: str
    rule: Rule
    starts: str
    by: timedelta
    changes: list[Change]
    trainer: TrainerProfile
    room: Room | None
    minutes: int
    splits: bool
    untouched: int  # sessions of the series that stay: past, completed, or before this one
    clients: int

    @property
    def words(self) -> str:
        """The rule as it would be, in plain words."""
        return describe(self.rule, self.starts)

    @property
    def made(self) -> list[Change]:
        """What is changed: all that is not left out."""
        return [change for change in self.changes if not change.left_out]

    @property
    def left_out(self) -> int:
        """How many stay as they are because they were left out."""
        return len(self.changes) - len(self.made)

    @property
    def blocked(self) -> list[Change]:
        """What cannot be changed so."""
        return [change for change in self.changes if change.is_blocked]

    @property
    def changes_nothing(self) -> bool:
        """Whether all stays as it is."""
        return all(
            change.keeps_time
            and change.trainer.id == change.session.trainer_id
            and (change.room.id if change.room else None) == change.session.room_id
            for change in self.changes
        )
