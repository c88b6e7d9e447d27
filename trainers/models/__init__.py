from trainers.models.availability import AvailabilityException, AvailabilityHours, TravelTime
from trainers.models.exercises import Exercise, ExerciseEntry, ExerciseLog, ExerciseSet, Measure
from trainers.models.feed import CalendarFeed
from trainers.models.importing import Import, ImportMade, ImportPart, ImportRow
from trainers.models.note_templates import NoteKind, NoteTemplate, Section
from trainers.models.notes import Note, Part
from trainers.models.people import TrainerProfile
from trainers.models.series import Series, SeriesSkip
from trainers.models.services import Service, ServiceEquipment
from trainers.models.timetable import Booking, Session, SessionEquipment
from trainers.models.waitlist import WaitlistOffer

__all__ = [
    "AvailabilityException",
    "AvailabilityHours",
    "Booking",
    "CalendarFeed",
    "Exercise",
    "ExerciseEntry",
    "ExerciseLog",
    "ExerciseSet",
    "Import",
    "ImportMade",
    "ImportPart",
    "ImportRow",
    "Measure",
    "Note",
    "NoteKind",
    "NoteTemplate",
    "Part",
    "Section",
    "Series",
    "SeriesSkip",
    "Service",
    "ServiceEquipment",
    "Session",
    "SessionEquipment",
    "TrainerProfile",
    "TravelTime",
    "WaitlistOffer",
]
