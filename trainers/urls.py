from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from trainers.api import bookings, notes, offering, own, sessions

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = []
studio: list[URLPattern | URLResolver] = []
public_api: list[URLPattern | URLResolver] = [
    path("my/calendar", own.calendar, name="api_my_calendar"),
]
studio_api: list[URLPattern | URLResolver] = [
    path("services/", offering.services, name="api_services"),
    path("services/<uuid:service_id>/", offering.service, name="api_service"),
    path("trainers/", offering.trainers, name="api_trainers"),
    path("trainers/<uuid:trainer_id>/", offering.trainer, name="api_trainer"),
    path("sessions/", sessions.sessions, name="api_sessions"),
    path("sessions/<uuid:session_id>/", sessions.session, name="api_session"),
    path("sessions/<uuid:session_id>/reschedule", sessions.reschedule, name="api_session_reschedule"),
    path("sessions/<uuid:session_id>/cancel", sessions.cancel, name="api_session_cancel"),
    path("sessions/<uuid:session_id>/restore", sessions.restore, name="api_session_restore"),
    path("sessions/<uuid:session_id>/complete", sessions.complete, name="api_session_complete"),
    path("sessions/<uuid:session_id>/bookings", bookings.bookings, name="api_session_bookings"),
    path("sessions/<uuid:session_id>/notes/", notes.session_notes, name="api_session_notes"),
    path("bookings/<uuid:booking_id>/cancel", bookings.cancel, name="api_booking_cancel"),
    path("bookings/<uuid:booking_id>/give-place", bookings.give_place, name="api_booking_give_place"),
    path("bookings/<uuid:booking_id>/attendance", bookings.attendance, name="api_booking_attendance"),
    path("notes/<uuid:note_id>/", notes.note, name="api_note"),
    path("notes/<uuid:note_id>/sign", notes.sign, name="api_note_sign"),
    path("portal/sessions", own.portal_sessions, name="api_portal_sessions"),
    path("portal/notes", own.portal_notes, name="api_portal_notes"),
]
