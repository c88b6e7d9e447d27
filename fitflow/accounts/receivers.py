"""What allauth tells us, in one service call each."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.dispatch import receiver

from fitflow.accounts.services import end_all_chains


@receiver([password_changed, password_set, password_reset])
def end_tokens(sender: Any, user: Any, **kwargs: Any) -> None:
    """A new password makes every token given out under the old one worthless."""
    end_all_chains(user=user)
