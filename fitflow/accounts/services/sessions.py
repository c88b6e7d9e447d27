from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from fitflow.accounts.models import User


def end_sessions(*, user: User) -> int:
    """End every browser session of a person; return how many. Call it outside a transaction.

    Django's sessions know their person only inside their data, so this reads every live one: meant for the rare act of
    shutting somebody out, who is inactive by then and let in by none of them anyway.
    """
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    live = Session.objects.filter(expire_date__gt=timezone.now())
    mine = [row.session_key for row in live.iterator() if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
    for key in mine:
        store(key).delete()
    return len(mine)
