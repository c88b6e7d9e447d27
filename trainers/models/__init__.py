from trainers.models.notes import Note
from trainers.models.people import TrainerProfile
from trainers.models.services import Service
from trainers.models.timetable import Booking, Session

__all__ = ["Booking", "Note", "Service", "Session", "TrainerProfile"]
