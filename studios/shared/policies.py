"""Who may do what: one table, kept as data, shown to owners in plain words and walked by tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from fitflow.core.errors import NotPermitted
from studios.shared.models import Role


class Scope(StrEnum):
    """How far a capability reaches: the whole studio, her team, her own rows, or not at all."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"
    NONE = "none"


class Capability(StrEnum):
    TIMETABLE_SEE = "timetable.see"  # times, trainer, room, service
    TIMETABLE_SEE_CLIENTS = "timetable.see_clients"  # who is booked
    SESSIONS_MANAGE = "sessions.manage"  # schedule, move, cancel, complete
    AVAILABILITY_MANAGE = "availability.manage"  # weekly hours, time off, extra hours
    PRICES_MANAGE = "prices.manage"  # services, prices, policies
    PREMISES_MANAGE = "premises.manage"  # locations, rooms, equipment
    EXERCISES_MANAGE = "exercises.manage"  # rename and retire what the library of exercises holds
    CLIENTS_CONTACT = "clients.contact"
    CLIENTS_MANAGE = "clients.manage"  # add and change contact data
    RECORDS_READ = "records.read"
    RECORDS_WRITE = "records.write"
    NOTE_TEMPLATES = "notes.templates"  # what notes are begun from; shows no record
    INVOICES_SEE = "invoices.see"
    INVOICES_MANAGE = "invoices.manage"  # run, issue, credit, record payment, refund
    STUDIO_MANAGE = "studio.manage"  # settings, tax numbers, plan
    MEMBERS_STAFF = "members.staff"  # invite and remove owners and managers
    MEMBERS_TRAINERS = "members.trainers"
    MEMBERS_CLIENTS = "members.clients"
    MESSAGES_MANAGE = "messages.manage"  # see what was sent to whom, send again
    REPORTS_SEE = "reports.see"  # money and tax
    AUDIT_SEE = "audit.see"
    IMPORTS_MANAGE = "imports.manage"  # bring clients and timetable in from files, and take them back


_ALL, _TEAM, _OWN, _NONE = Scope.ALL, Scope.TEAM, Scope.OWN, Scope.NONE
_ORDER = (Scope.NONE, Scope.OWN, Scope.TEAM, Scope.ALL)

# Columns: owner, manager, trainer admin, trainer, client. Platform staff have no capability inside a studio.
_TABLE: dict[Capability, tuple[Scope, Scope, Scope, Scope, Scope]] = {
    Capability.TIMETABLE_SEE: (_ALL, _ALL, _ALL, _ALL, _OWN),
    Capability.TIMETABLE_SEE_CLIENTS: (_ALL, _ALL, _TEAM, _OWN, _OWN),
    Capability.SESSIONS_MANAGE: (_ALL, _ALL, _TEAM, _OWN, _NONE),
    Capability.AVAILABILITY_MANAGE: (_ALL, _ALL, _TEAM, _OWN, _NONE),
    Capability.PRICES_MANAGE: (_ALL, _ALL, _NONE, _NONE, _NONE),
    Capability.PREMISES_MANAGE: (_ALL, _ALL, _NONE, _NONE, _NONE),
    Capability.EXERCISES_MANAGE: (_ALL, _ALL, _ALL, _NONE, _NONE),
    Capability.CLIENTS_CONTACT: (_ALL, _ALL, _TEAM, _OWN, _OWN),
    Capability.CLIENTS_MANAGE: (_ALL, _ALL, _TEAM, _OWN, _NONE),
    Capability.RECORDS_READ: (_NONE, _NONE, _TEAM, _OWN, _OWN),
    Capability.RECORDS_WRITE: (_NONE, _NONE, _OWN, _OWN, _NONE),
    Capability.NOTE_TEMPLATES: (_ALL, _ALL, _NONE, _NONE, _NONE),
    Capability.INVOICES_SEE: (_ALL, _ALL, _TEAM, _NONE, _OWN),
    Capability.INVOICES_MANAGE: (_ALL, _ALL, _NONE, _NONE, _NONE),
    Capability.STUDIO_MANAGE: (_ALL, _NONE, _NONE, _NONE, _NONE),
    Capability.MEMBERS_STAFF: (_ALL, _NONE, _NONE, _NONE, _NONE),
    Capability.MEMBERS_TRAINERS: (_ALL, _ALL, _TEAM, _NONE, _NONE),
    Capability.MEMBERS_CLIENTS: (_ALL, _ALL, _ALL, _OWN, _NONE),
    Capability.MESSAGES_MANAGE: (_ALL, _ALL, _NONE, _NONE, _NONE),
    Capability.REPORTS_SEE: (_ALL, _ALL, _TEAM, _OWN, _NONE),
    Capability.AUDIT_SEE: (_ALL, _ALL, _NONE, _OWN, _OWN),
    Capability.IMPORTS_MANAGE: (_ALL, _ALL, _NONE, _NONE, _NONE),
}
CAPABILITIES: dict[Capability, dict[str, Scope]] = {
    capability: dict(zip((role.value for role in Role), row, strict=True))
    for capability, row in _TABLE.items()
}


@dataclass(frozen=True)
class Actor:
    """Who asks, in this studio, right now. `is_system` is the product itself (nightly runs, the demo's loader)."""

    user_id: UUID | None
    name: str
    roles: frozenset[str]
    is_system: bool = False

    def has(self, *roles: str) -> bool:
        """Whether she holds one of the roles."""
        return bool(self.roles & set(roles))

    @property
    def is_staff(self) -> bool:
        """Whether she works here (any role but client)."""
        return bool(self.roles - {Role.CLIENT.value})


SYSTEM = Actor(user_id=None, name="FitFlow", roles=frozenset(), is_system=True)


def scope_of(actor: Actor, capability: Capability) -> Scope:
    """Return how far the capability reaches for her: the widest of her roles'."""
    if actor.is_system:
        return Scope.ALL
    row = CAPABILITIES[capability]
    return max((row.get(role, Scope.NONE) for role in actor.roles), key=_ORDER.index, default=Scope.NONE)


def require(actor: Actor, capability: Capability) -> Scope:
    """Return the scope of the capability; raise NotPermitted where there is none."""
    scope = scope_of(actor, capability)
    if scope is Scope.NONE:
        raise NotPermitted()
    return scope
