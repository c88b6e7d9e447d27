from studios.services.audit import record_event
from studios.services.invitations import accept_invitation, invite, resend_invitation, revoke_invitation
from studios.services.members import remove_client, remove_member, set_roles
from studios.services.opening import furnish, open_own_studio
from studios.services.premises import (
    add_equipment,
    add_location,
    add_room,
    change_equipment,
    change_location,
    change_room,
    change_studio,
    restore_equipment,
    restore_location,
    restore_room,
    retire_equipment,
    retire_location,
    retire_room,
)

__all__ = [
    "accept_invitation",
    "add_equipment",
    "add_location",
    "add_room",
    "change_equipment",
    "change_location",
    "change_room",
    "change_studio",
    "furnish",
    "invite",
    "open_own_studio",
    "record_event",
    "remove_client",
    "remove_member",
    "resend_invitation",
    "restore_equipment",
    "restore_location",
    "restore_room",
    "retire_equipment",
    "retire_location",
    "retire_room",
    "revoke_invitation",
    "set_roles",
]
