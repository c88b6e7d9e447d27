"""What was trained: the library, and logs of the newest sessions of two trainers, so that there is a last time."""

from __future__ import annotations

from decimal import Decimal

from fitflow.accounts.models import User
from fitflow.core.clock import now
from fitflow.demo.world import StudioFacts
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from studios.shared.selectors import actor_in
from trainers.models import Booking, Exercise, Session
from trainers.services import log_set, seed_exercises, share_log
from trainers.services.exercise_log import Figures

# Exercise, repetitions, first load in kg and how much is added from session to session; what is held has seconds.
PROGRAMME: dict[str, tuple[tuple[str, int, str, str], ...]] = {
    "summit": (
        ("Back squat", 5, "40", "2.5"),
        ("Bench press", 8, "25", "1.25"),
        ("Romanian deadlift", 8, "35", "2.5"),
    ),
    "prairie": (("Goblet squat", 10, "8", "1"), ("Hip thrust", 12, "20", "2.5")),
    "lotus": (),
}
SESSIONS_BACK = 6


def log_exercises(facts: StudioFacts, people: dict[str, User], studio: Studio) -> None:
    """Log the newest sessions of the lead and of a colleague, oldest first; one in three is shared with its clients."""
    if facts.slug not in PROGRAMME:
        return
    seed_exercises(actor=SYSTEM)
    for key in ("lead", "alex"):
        if key in facts.trainers:
            _log_sessions_of(facts, people[key], studio)


def _log_sessions_of(facts: StudioFacts, user: User, studio: Studio) -> None:
    given = Session.objects.filter(
        trainer__user=user, status=Session.Status.COMPLETED, starts_at__lt=now()
    ).order_by("-starts_at")
    for number, session in enumerate(reversed(given[:SESSIONS_BACK])):
        for booking in session.bookings.filter(attendance=Booking.Attendance.PRESENT)[:4]:
            _log(facts.slug, session, booking, number, user, studio)
        if number % 3 == 0:
            share_log(actor=actor_in(user, studio), session_id=session.pk, shared=True)


def _log(slug: str, session: Session, booking: Booking, number: int, user: User, studio: Studio) -> None:
    actor = actor_in(user, studio)
    exercises = {exercise.name: exercise for exercise in Exercise.objects.all()}
    for name, repetitions, load, step in PROGRAMME[slug]:
        figures = Figures(
            repetitions=repetitions, load=Decimal(load) + number * Decimal(step), load_unit="kg"
        )
        for _ in range(3):
            log_set(
                actor=actor,
                session_id=session.pk,
                client_id=booking.client_id,
                exercise=exercises[name].pk,
                figures=figures,
            )
    for seconds in (45, 40):
        log_set(
            actor=actor,
            session_id=session.pk,
            client_id=booking.client_id,
            exercise=exercises["Plank"].pk,
            figures=Figures(seconds=seconds + 5 * number),
        )
