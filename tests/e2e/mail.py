"""The mail that the demo's folder holds."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import Any

from tests.world import World


def newest_to(world: World, address: str) -> Any:
    """Return the newest mail to an address, or None."""
    for path in sorted(world.mail.rglob("*.eml"), key=lambda found: found.stat().st_mtime, reverse=True):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        if address in str(message["To"]):
            return message
    return None


def code_sent_to(world: World, address: str) -> str:
    """Return the code of the newest mail to an address; it is sent while the page is made."""
    mail = newest_to(world, address)
    found = re.search(r"\b\d{6}\b", str(mail["Subject"])) if mail else None
    assert found, f"No code was mailed to {address}."
    return found[0]
