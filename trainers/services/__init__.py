"""The use cases of the timetable; pages, the API, tasks and the demo's loader all call these."""

from trainers.services.booking import book_client, cancel_booking, give_place, mark_attendance
from trainers.services.closing import cancel_session, complete_session, restore_session
from trainers.services.notes import change_note, share_note, sign_note, write_note
from trainers.services.offering import retire_service, save_service, tell_tax_categories
from trainers.services.people import add_trainer, change_trainer, follow_member
from trainers.services.scheduling import KEEP, reschedule_session, schedule_session

__all__ = [
    "KEEP",
    "add_trainer",
    "book_client",
    "cancel_booking",
    "cancel_session",
    "change_note",
    "change_trainer",
    "complete_session",
    "follow_member",
    "give_place",
    "mark_attendance",
    "reschedule_session",
    "restore_session",
    "retire_service",
    "save_service",
    "schedule_session",
    "share_note",
    "sign_note",
    "tell_tax_categories",
    "write_note",
]
