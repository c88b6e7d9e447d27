from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from trainers.api import availability as availability_api
from trainers.api import bookings, holds, notes, offering, own, sessions
from trainers.api import series as series_api
from trainers.views import availability as hours
from trainers.views import (
    board,
    booking,
    calendar,
    elsewhere,
    feeds,
    linked,
    mine,
    moving,
    series_changes,
    slots,
    travel,
    waiting,
)
from trainers.views import notes as note_pages
from trainers.views import series as series_pages

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = [
    path("my/calendar/", mine.my_calendar, name="my_calendar"),
    path("my/calendar/events/", mine.my_calendar_events, name="my_calendar_events"),
    path("my/calendar/book/", mine.my_book, name="my_book"),
    path("my/travel/", travel.my_travel, name="my_travel"),
    path("my/calendar/elsewhere/", elsewhere.elsewhere, name="elsewhere"),
    path("my/calendar/feeds/add/", elsewhere.personal_feed_add, name="personal_feed_add"),
    path(
        "my/calendar/feeds/<uuid:feed_id>/revoke/",
        elsewhere.personal_feed_revoke,
        name="personal_feed_revoke",
    ),
    path("my/calendar/external/add/", elsewhere.external_add, name="external_add"),
    path(
        "my/calendar/external/<uuid:calendar_id>/remove/", elsewhere.external_remove, name="external_remove"
    ),
    path("my/calendar/external/<uuid:calendar_id>/pause/", elsewhere.external_pause, name="external_pause"),
    path("my/calendar/external/<uuid:calendar_id>/ask/", elsewhere.external_resume, name="external_resume"),
    path("my/calendar/<str:secret>.ics", feeds.personal_feed, name="personal_feed"),
]
studio: list[URLPattern | URLResolver] = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/events/", calendar.calendar_events, name="calendar_events"),
    path("calendar/clients/", booking.client_search, name="client_search"),
    path("calendar/book/", booking.session_book, name="session_book"),
    path("calendar/feeds/", feeds.feeds, name="feeds"),
    path("calendar/feeds/add/", feeds.feed_add, name="feed_add"),
    path("calendar/feeds/<uuid:feed_id>/revoke/", feeds.feed_revoke, name="feed_revoke"),
    path("calendar/<str:secret>.ics", feeds.calendar_feed, name="calendar_feed"),
    path("sessions/new/", booking.session_new, name="session_new"),
    path("slots/", slots.slots, name="slots"),
    path("availability/", hours.availability, name="availability"),
    path("availability/<uuid:trainer_id>/week/", hours.availability_week, name="availability_week"),
    path("availability/<uuid:trainer_id>/add/", hours.exception_new, name="exception_new"),
    path("availability/exceptions/restore/", hours.exception_restore, name="exception_restore"),
    path("availability/exceptions/<uuid:exception_id>/", hours.exception_edit, name="exception_edit"),
    path(
        "availability/exceptions/<uuid:exception_id>/remove/", hours.exception_remove, name="exception_remove"
    ),
    path("travel/", travel.travel, name="travel"),
    path("sessions/<uuid:session_id>/", board.session_detail, name="session_detail"),
    path("sessions/<uuid:session_id>/move/", moving.session_move, name="session_move"),
    path("sessions/<uuid:session_id>/move-back/", moving.session_move_back, name="session_move_back"),
    path("sessions/<uuid:session_id>/complete/", board.session_complete, name="session_complete"),
    path("sessions/<uuid:session_id>/cancel/", board.session_cancel, name="session_cancel"),
    path("sessions/<uuid:session_id>/restore/", board.session_restore, name="session_restore"),
    path("sessions/<uuid:session_id>/unbook/", booking.session_unbook, name="session_unbook"),
    path("sessions/<uuid:session_id>/clients/", board.session_add_client, name="session_add_client"),
    path("sessions/<uuid:session_id>/note/", board.session_note, name="session_note"),
    path("bookings/<uuid:booking_id>/attendance/", board.booking_attendance, name="booking_attendance"),
    path("bookings/<uuid:booking_id>/cancel/", board.booking_cancel, name="booking_cancel"),
    path("bookings/<uuid:booking_id>/restore/", waiting.booking_restore, name="booking_restore"),
    path("bookings/<uuid:booking_id>/offer/", waiting.booking_offer, name="booking_offer"),
    path("bookings/<uuid:booking_id>/give-place/", board.booking_give_place, name="booking_give_place"),
    path("sessions/<uuid:session_id>/release/", waiting.session_release, name="session_release"),
    path("sessions/<uuid:session_id>/places/", waiting.session_places, name="session_places"),
    path("cancel-link/<str:token>/", linked.client_cancel, name="client_cancel"),
    path("cancel-link/<str:token>/cancel/", linked.client_cancel_now, name="client_cancel_now"),
    path("cancel-link/<str:token>/undo/", linked.client_cancel_undo, name="client_cancel_undo"),
    path("place-link/<str:token>/", linked.client_offer, name="client_offer"),
    path("place-link/<str:token>/accept/", linked.client_offer_accept, name="client_offer_accept"),
    path("place-link/<str:token>/decline/", linked.client_offer_decline, name="client_offer_decline"),
    path("series/new/", series_pages.series_new, name="series_new"),
    path("series/preview/", series_pages.series_preview, name="series_preview"),
    path("series/make/", series_pages.series_make, name="series_make"),
    path("series/<uuid:series_id>/", series_pages.series_detail, name="series_detail"),
    path(
        "sessions/<uuid:session_id>/change-series/",
        series_changes.session_change_series,
        name="session_change_series",
    ),
    path(
        "sessions/<uuid:session_id>/cancel-series/",
        series_changes.session_cancel_series,
        name="session_cancel_series",
    ),
    path("notes/to-sign/", note_pages.notes_to_sign, name="notes_to_sign"),
    path("notes/<uuid:note_id>/", note_pages.note_change, name="note_change"),
    path("notes/<uuid:note_id>/sign/", note_pages.note_sign, name="note_sign"),
    path("notes/<uuid:note_id>/share/", note_pages.note_share, name="note_share"),
]
public_api: list[URLPattern | URLResolver] = [
    path("my/calendar", own.calendar, name="api_my_calendar"),
]
studio_api: list[URLPattern | URLResolver] = [
    path("services/", offering.services, name="api_services"),
    path("services/<uuid:service_id>/", offering.service, name="api_service"),
    path("trainers/", offering.trainers, name="api_trainers"),
    path("trainers/<uuid:trainer_id>/", offering.trainer, name="api_trainer"),
    path("availability/", availability_api.availability, name="api_availability"),
    path("sessions/", sessions.sessions, name="api_sessions"),
    path("sessions/<uuid:session_id>/", sessions.session, name="api_session"),
    path("sessions/<uuid:session_id>/reschedule", sessions.reschedule, name="api_session_reschedule"),
    path("sessions/<uuid:session_id>/cancel", sessions.cancel, name="api_session_cancel"),
    path("sessions/<uuid:session_id>/restore", sessions.restore, name="api_session_restore"),
    path("sessions/<uuid:session_id>/complete", sessions.complete, name="api_session_complete"),
    path("sessions/<uuid:session_id>/bookings", bookings.bookings, name="api_session_bookings"),
    path("sessions/<uuid:session_id>/notes/", notes.session_notes, name="api_session_notes"),
    path("bookings/<uuid:booking_id>/cancel", bookings.cancel, name="api_booking_cancel"),
    path("bookings/<uuid:booking_id>/restore", bookings.restore, name="api_booking_restore"),
    path("bookings/<uuid:booking_id>/offer", bookings.offer, name="api_booking_offer"),
    path("bookings/<uuid:booking_id>/give-place", bookings.give_place, name="api_booking_give_place"),
    path("sessions/<uuid:session_id>/places", sessions.places, name="api_session_places"),
    path("bookings/<uuid:booking_id>/attendance", bookings.attendance, name="api_booking_attendance"),
    path("notes/<uuid:note_id>/", notes.note, name="api_note"),
    path("notes/<uuid:note_id>/sign", notes.sign, name="api_note_sign"),
    path("holds/", holds.holds, name="api_holds"),
    path("holds/<uuid:session_id>", holds.hold, name="api_hold"),
    path("holds/<uuid:session_id>/confirm", holds.confirm, name="api_hold_confirm"),
    path("sessions/<uuid:session_id>/edit", series_api.edit, name="api_session_edit"),
    path("series/preview", series_api.preview, name="api_series_preview"),
    path("series/", series_api.series_all, name="api_series_all"),
    path("series/<uuid:series_id>/", series_api.series_one, name="api_series"),
    path("portal/sessions", own.portal_sessions, name="api_portal_sessions"),
    path("portal/notes", own.portal_notes, name="api_portal_notes"),
]
