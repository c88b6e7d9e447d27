"""The use cases of the timetable; pages, the API, tasks and the demo's loader all call these."""

from trainers.services.answering import accept_offer, decline_offer
from trainers.services.availability import remove_exception, save_exception, set_week
from trainers.services.booking import book_client, give_place, mark_attendance
from trainers.services.cancelling import (
    cancel_booking,
    cancel_own_booking,
    restore_booking,
    restore_own_booking,
)
from trainers.services.closing import cancel_session, complete_session, restore_session
from trainers.services.holding import clear_expired_holds, confirm_hold, hold_slot, release_hold
from trainers.services.notes import change_note, share_note, sign_note, write_note
from trainers.services.offering import retire_service, save_service, tell_tax_categories
from trainers.services.people import add_trainer, change_trainer, follow_member
from trainers.services.places import change_places
from trainers.services.scheduling import KEEP, reschedule_session, schedule_session
from trainers.services.travel import set_travel
from trainers.services.waitlist import offer_now, offer_places, tend_waitlists

__all__ = [
    "KEEP",
    "accept_offer",
    "add_trainer",
    "book_client",
    "cancel_booking",
    "cancel_own_booking",
    "cancel_session",
    "change_note",
    "change_places",
    "change_trainer",
    "clear_expired_holds",
    "complete_session",
    "confirm_hold",
    "decline_offer",
    "follow_member",
    "give_place",
    "hold_slot",
    "mark_attendance",
    "offer_now",
    "offer_places",
    "release_hold",
    "remove_exception",
    "reschedule_session",
    "restore_booking",
    "restore_own_booking",
    "restore_session",
    "retire_service",
    "save_exception",
    "save_service",
    "schedule_session",
    "set_travel",
    "set_week",
    "share_note",
    "sign_note",
    "tell_tax_categories",
    "tend_waitlists",
    "write_note",
]
