"""The table of who may do what, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from studios.shared.models import Role
from studios.shared.policies import CAPABILITIES, Capability, Scope

SUBJECTS: dict[str, dict[Capability, str]] = {
    "Timetable": {
        Capability.TIMETABLE_SEE: "See when, what, where and with whom",
        Capability.TIMETABLE_SEE_CLIENTS: "See who is booked",
        Capability.SESSIONS_MANAGE: "Schedule, move, cancel and complete sessions",
        Capability.AVAILABILITY_MANAGE: "Set weekly hours and time off",
        Capability.EXERCISES_MANAGE: "Rename and retire exercises",
    },
    "Clients": {
        Capability.CLIENTS_CONTACT: "See names and contact data",
        Capability.CLIENTS_MANAGE: "Add clients and change their data",
        Capability.RECORDS_READ: "Read notes (the team’s where the client agreed) and exercise logs",
        Capability.RECORDS_WRITE: "Write and sign notes, log exercises",
        Capability.NOTE_TEMPLATES: "Change the templates of notes",
    },
    "Money": {
        Capability.PRICES_MANAGE: "Set services, prices and policies",
        Capability.INVOICES_SEE: "See invoices",
        Capability.INVOICES_MANAGE: "Invoice, credit, record payments, refund",
        Capability.REPORTS_SEE: "See reports of money and tax",
    },
    "Studio": {
        Capability.PREMISES_MANAGE: "Change places, rooms and equipment",
        Capability.STUDIO_MANAGE: "Change the studio itself, its tax numbers and plan",
        Capability.AUDIT_SEE: "See who did what",
        Capability.MESSAGES_MANAGE: "See the messages that were sent, and send them again",
        Capability.IMPORTS_MANAGE: "Import clients and the timetable from files, and undo it",
    },
    "People": {
        Capability.MEMBERS_STAFF: "Invite and remove owners and managers",
        Capability.MEMBERS_TRAINERS: "Invite and remove trainers",
        Capability.MEMBERS_CLIENTS: "Invite clients to their portal",
    },
}
SCOPES = {
    Scope.ALL: "All",
    Scope.TEAM: "Team’s",
    Scope.OWN: "Own",
    Scope.NONE: "No",
}


@dataclass(frozen=True)
class Cell:
    """What one role may do of one thing."""

    role: str
    scope: str
    words: str


@dataclass(frozen=True)
class Line:
    """One thing that may be done, and by whom."""

    words: str
    cells: list[Cell]


def capability_table() -> list[tuple[str, list[Line]]]:
    """Return every capability under its subject, with how far it reaches for each role."""
    return [
        (subject, [Line(words, _cells(capability)) for capability, words in lines.items()])
        for subject, lines in SUBJECTS.items()
    ]


def _cells(capability: Capability) -> list[Cell]:
    row = CAPABILITIES[capability]
    return [Cell(role.label, row[role.value].value, SCOPES[row[role.value]]) for role in Role]
