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
from trainers.services.exercise_library import (
    add_exercise,
    change_exercise,
    retire_exercise,
    seed_exercises,
)
from trainers.services.exercise_log import change_set, log_set, remove_set, repeat_last, share_log
from trainers.services.holding import clear_expired_holds, confirm_hold, hold_slot, release_hold
from trainers.services.note_reading import record_log_reading, record_reading
from trainers.services.note_templates import (
    all_templates,
    move_template,
    order_templates,
    retire_template,
    save_template,
    templates_in_use,
)
from trainers.services.notes import (
    add_addendum,
    change_note,
    discard_note,
    set_visibility,
    sign_note,
    write_note,
)
from trainers.services.offering import retire_service, save_service, tell_tax_categories
from trainers.services.people import add_trainer, change_trainer, follow_member
from trainers.services.places import change_places
from trainers.services.scheduling import KEEP, reschedule_session, schedule_session
from trainers.services.travel import set_travel
from trainers.services.waitlist import offer_now, offer_places, tend_waitlists

__all__ = [
    "KEEP",
    "accept_offer",
    "add_addendum",
    "add_exercise",
    "add_trainer",
    "all_templates",
    "book_client",
    "cancel_booking",
    "cancel_own_booking",
    "cancel_session",
    "change_exercise",
    "change_note",
    "change_places",
    "change_set",
    "change_trainer",
    "clear_expired_holds",
    "complete_session",
    "confirm_hold",
    "decline_offer",
    "discard_note",
    "follow_member",
    "give_place",
    "hold_slot",
    "log_set",
    "mark_attendance",
    "move_template",
    "offer_now",
    "offer_places",
    "order_templates",
    "record_log_reading",
    "record_reading",
    "release_hold",
    "remove_exception",
    "remove_set",
    "repeat_last",
    "reschedule_session",
    "restore_booking",
    "restore_own_booking",
    "restore_session",
    "retire_exercise",
    "retire_service",
    "retire_template",
    "save_exception",
    "save_service",
    "save_template",
    "schedule_session",
    "seed_exercises",
    "set_travel",
    "set_visibility",
    "set_week",
    "share_log",
    "sign_note",
    "tell_tax_categories",
    "templates_in_use",
    "tend_waitlists",
    "write_note",
]
