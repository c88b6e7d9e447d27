"""What a column can be, by what names other programs call it, and how to tell whose export a file is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fitflow.core.folding import fold


@dataclass(frozen=True)
class Field:
    """Something of ours that a column may hold, and headings (folded, without signs) that usually mean it."""

    key: str
    label: str
    names: tuple[str, ...]


PERSON = (
    Field("name", "Full name", ("name", "full name", "client", "client name", "customer", "patient", "patient name",
                                "attendee", "student", "member", "nom", "nom complet", "nom du client")),
    Field("first_name", "First name", ("first name", "firstname", "given name", "client first name",
                                       "patient first name", "prenom")),
    Field("last_name", "Last name", ("last name", "lastname", "surname", "family name", "client last name",
                                     "patient last name", "nom de famille")),
    Field("email", "E-mail", ("email", "e mail", "email address", "e mail address", "client email", "client e mail",
                              "patient email", "courriel", "adresse courriel", "e mail 1 value", "email 1 value",
                              "primary email")),
    Field("phone", "Phone", ("phone", "mobile phone", "cell phone", "mobile", "cell", "phone number", "telephone",
                             "client phone", "home phone", "work phone", "phone 1", "patient phone", "phone 1 value",
                              "mobile number", "cell number", "primary phone", "cellulaire")),
)  # fmt: skip
ADDRESS = (
    Field("street", "Street", ("street", "address", "street address", "address 1", "address line 1", "adresse")),
    Field("city", "City", ("city", "town", "ville")),
    Field("province", "Province", ("province", "state", "state province", "state prov", "region")),
    Field("postal_code", "Postal code", ("postal code", "postal", "postcode", "zip", "zip code", "zip postal code",
                                         "postal zip code", "code postal")),
)  # fmt: skip
ACTIVE = (
    Field(
        "active",
        "Still comes (yes or no, active or inactive)",
        ("active", "is active", "status", "client status", "actif"),
    ),
)
SESSION = (
    Field("start", "Date and time", ("start", "start time", "starts at", "start at", "date time", "start date time",
                                     "appointment date time", "date and time", "begin", "debut")),
    Field("date", "Date", ("date", "start date", "day", "appointment date", "class date", "visit date",
                           "session date")),
    Field("time", "Start time", ("time", "starts", "from", "begin time", "class time", "appointment time", "heure")),
    Field("end", "End (time, or date and time)", ("end", "end time", "ends at", "end at", "to", "ends", "fin")),
    Field("minutes", "Length in minutes", ("duration", "length", "minutes", "duration minutes", "duration min",
                                           "length minutes")),
    Field("service", "Service", ("service", "type", "appointment type", "session type", "treatment", "class",
                                 "class name", "visit type", "service name", "description", "event", "summary")),
    Field("trainer", "Trainer", ("trainer", "staff", "staff member", "staff name", "practitioner", "provider",
                                 "instructor", "teacher", "calendar", "therapist", "organizer")),
    Field("location", "Place", ("location", "place", "site", "clinic", "studio", "clinic location", "location name")),
    Field("status", "State (booked, came, cancelled, no-show)", ("status", "state", "attendance", "visit status",
                                                                "appointment status", "label")),
    Field("price", "Price", ("price", "appointment price", "amount", "cost", "fee", "rate")),
    Field("paid", "Paid (yes or no)", ("paid", "is paid", "payment status", "paid in full")),
)  # fmt: skip
FIELDS: dict[str, tuple[Field, ...]] = {"clients": PERSON + ADDRESS + ACTIVE, "timetable": SESSION + PERSON}
LABELS = {field.key: field.label for field in PERSON + ADDRESS + ACTIVE + SESSION}
# A file may have a state of the address or of the appointment: in a table of sessions it is never an address.
NOT_IN_TIMETABLE = {"state province", "state prov"}


@dataclass(frozen=True)
class Preset:
    """Whose export it is: told by headings that its files have and others do not."""

    key: str
    label: str
    marks: tuple[frozenset[str], ...]
    date_order: str = ""


def _marks(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(name.strip() for name in one.split(",")) for one in sets)


PRESETS = (
    Preset(
        "acuity",
        "Acuity",
        _marks(
            "start time, end time, type, calendar, appointment price",
            "start time, end time, calendar, appointment id",
            "first name, last name, phone, email, days since last appointment",
        ),
        "mdy",
    ),
    Preset(
        "jane",
        "Jane",
        _marks(
            "patient, treatment, staff member",
            "patient, treatment, practitioner",
            "patient first name, patient last name, treatment",
            "patient guid, first name, last name",
            "first name, last name, preferred name, email, mobile phone, personal health number",
        ),
        "ymd",
    ),
    Preset(
        "mindbody",
        "Mindbody",
        _marks(
            "client id, client, staff, session type",
            "client id, client, staff, visit type",
            "client id, last name, first name",
            "mb id, last name, first name",
            "barcode id, last name, first name",
        ),
        "mdy",
    ),
    Preset("ics", "Calendar file", _marks("event, start, end, organizer, client name, client e mail")),
)
PLAIN = Preset("plain", "Plain columns", ())
PRESET_LABELS = {preset.key: preset.label for preset in (*PRESETS, PLAIN)}


def plain_heading(text: str) -> str:
    """Return a heading in lower case, without accents and signs: `State/Province` is `state province`."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(text)).split())


def preset_of(header: Iterable[str]) -> Preset:
    """Return whose export the headings look like; plain columns where nobody's."""
    names = {plain_heading(one) for one in header}
    return next((one for one in PRESETS if any(mark <= names for mark in one.marks)), PLAIN)


def guess_columns(kind: str, header: Sequence[str]) -> dict[int, str]:
    """Return which column is what, each field once: the column whose heading stands first among the field's names wins."""
    names = [plain_heading(one) for one in header]
    best: dict[str, tuple[int, int]] = {}
    for place, name in enumerate(names):
        if kind == "timetable" and name in NOT_IN_TIMETABLE:
            continue
        for field in FIELDS[kind]:
            if name in field.names:
                rank = (field.names.index(name), place)
                if field.key not in best or rank < best[field.key]:
                    best[field.key] = rank
    return _sensible({place: key for key, (_, place) in best.items()}, names)


def _sensible(found: dict[int, str], names: Sequence[str]) -> dict[int, str]:
    """Where a date stands in a column of its own, `start time` beside it is a time alone."""
    kinds = {key: place for place, key in found.items()}
    if "date" in kinds and "start" in kinds and "time" not in kinds and "time" in names[kinds["start"]]:
        found[kinds["start"]] = "time"
    if "first_name" in kinds and "last_name" in kinds and "name" in kinds:
        del found[kinds["name"]]
    return dict(sorted(found.items()))


def column_trouble(kind: str, columns: Mapping[int, str]) -> str:
    """Return what is wrong with a choice of columns, in a sentence, or nothing."""
    chosen = list(columns.values())
    twice = sorted({LABELS[key] for key in chosen if chosen.count(key) > 1})
    if twice:
        return f"{', '.join(twice)}: chosen for two columns. Choose one of them."
    if kind == "clients" and not {"name", "first_name", "last_name"} & set(chosen):
        return "Say which column holds the name."
    if kind == "timetable" and "start" not in chosen and not {"date", "time"} <= set(chosen):
        return "Say which column holds the date and time, or one for the date and one for the start time."
    return ""
