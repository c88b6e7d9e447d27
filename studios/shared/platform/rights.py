from __future__ import annotations

from fitflow.accounts.models import User
from fitflow.core.errors import NotPermitted


def require_staff(staff: User) -> None:
    """Raise NotPermitted for anybody but active platform staff."""
    if not (staff.is_active and staff.is_staff):
        raise NotPermitted("Only platform staff can do this.")


def require_head(staff: User) -> None:
    """Raise NotPermitted for anybody but the staff who decide about staff (superusers)."""
    require_staff(staff)
    if not staff.is_superuser:
        raise NotPermitted("Only an administrator of the platform can decide who is staff.")
