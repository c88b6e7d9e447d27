"""What platform staff do. Each use case asks who she is, works on public rows only and writes the platform's trail last."""

from studios.shared.platform.invitations import resend_invitation, revoke_invitation
from studios.shared.platform.machinery import retry_messages, run_task, switch_task
from studios.shared.platform.people import (
    note_sign_in,
    reactivate_person,
    remove_second_factor,
    set_staff,
    suspend_person,
)
from studios.shared.platform.studios import (
    hand_over_studio,
    reactivate_studio,
    rename_organization,
    suspend_studio,
)

__all__ = [
    "hand_over_studio",
    "note_sign_in",
    "reactivate_person",
    "reactivate_studio",
    "remove_second_factor",
    "rename_organization",
    "resend_invitation",
    "retry_messages",
    "revoke_invitation",
    "run_task",
    "set_staff",
    "suspend_person",
    "suspend_studio",
    "switch_task",
]
