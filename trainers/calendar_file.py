"""A session as an iCalendar file (RFC 5545, RFC 5546), for the mail programs of clients."""

from __future__ import annotations

from collections.abc import Iterable
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import parseaddr
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from clients.models import Client
from fitflow.core.formats import one_line
from trainers.models import Session

if TYPE_CHECKING:
    from icalendar import Event, vCalAddress

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]


def session_calendar(session: Session, client: Client, *, studio_name: str, method: Method) -> bytes:
    """Return a session of one client as a calendar file: sent to her (REQUEST, CANCEL) or fetched by her (PUBLISH)."""
    return sessions_calendar([session], client, studio_name=studio_name, method=method)


def sessions_calendar(
    sessions: Iterable[Session], client: Client, *, studio_name: str, method: Method
) -> bytes:
    """Return sessions of one client as a calendar file. Several at once are told by PUBLISH (RFC 5546, 3.2: REQUEST and CANCEL
    speak of one UID).

    The UID stays the session's for ever and SEQUENCE is its version, so a later file moves or removes the entry that an
    earlier one made. Times carry the location's zone, whose rules are included.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//FitFlow//Timetable//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for session in sessions:
        calendar.add_component(_event(session, client, studio_name, method))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(session: Session, client: Client, studio_name: str, method: Method) -> Event:
    from icalendar import Event

    zone = ZoneInfo(session.location.timezone)
    gone = method == "CANCEL" or session.status == Session.Status.CANCELLED
    event = Event()
    event.add("uid", f"{session.id}@{settings.PUBLIC_HOST}")
    event.add("sequence", session.version)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("summary", one_line(f"{session.service.name}, {studio_name}"))
    event.add("location", one_line(place_of(session)))
    event.add("description", one_line(f"With {session.trainer.name} at {studio_name}."))
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], studio_name))
    if client.email and method != "PUBLISH":
        event.add("attendee", _attendee(client))
    return event


def calendar_part(session: Session, client: Client, *, studio_name: str, method: Method) -> MIMEBase:
    """Return the calendar file as a MIME part whose type names the method, so that mail programs offer what it asks."""
    content = session_calendar(session, client, studio_name=studio_name, method=method)
    return _part(content, method, "session.ics")


def series_part(sessions: Iterable[Session], client: Client, *, studio_name: str) -> MIMEBase:
    """Return many sessions of one client as one MIME part; those that are cancelled take their entries out."""
    content = sessions_calendar(sessions, client, studio_name=studio_name, method="PUBLISH")
    return _part(content, "PUBLISH", "sessions.ics")


def _part(content: bytes, method: Method, filename: str) -> MIMEBase:
    part = MIMEText(content.decode(), "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename=filename)
    return part


def place_of(session: Session) -> str:
    """Return where a session is: room, place and address, as far as they are known."""
    room = session.room.name if session.room else ""
    return ", ".join(part for part in (room, session.location.name, session.location.address) if part)


def _attendee(client: Client) -> vCalAddress:
    from icalendar import vText

    attendee = _address(client.email, client.name)
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _address(email: str, name: str) -> vCalAddress:
    from icalendar import vCalAddress, vText

    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = vText(one_line(name))
    return address
