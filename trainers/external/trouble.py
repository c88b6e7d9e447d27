"""What may go wrong with a calendar elsewhere, and how it is told. Imports nothing of Django: the child process uses it."""

from __future__ import annotations

AGAIN = "We go on trying; what we knew before stays busy."
WORDS = {
    "address": "That is no address of a calendar. Copy it anew from your calendar’s settings.",
    "scheme": "The address must begin with https:// or webcal://.",
    "private": "That address leads to a private network. Use the address your calendar gives for the Internet.",
    "unknown_host": f"There is no such host. Check the address. {AGAIN}",
    "no_answer": f"Its server does not answer. {AGAIN}",
    "certificate": f"Its server cannot prove who it is: the certificate is not valid. {AGAIN}",
    "slow": f"Its server takes too long to answer. {AGAIN}",
    "broken_off": f"Its server broke off in the middle. {AGAIN}",
    "redirects": "The address is redirected more than three times. Copy it anew from your calendar’s settings.",
    "refused": "The address is not valid any more. Make a new secret address in your calendar and add it here anew.",
    "status": f"Its server answers with an error. {AGAIN}",
    "large": "The calendar is larger than 5 MB. Share a smaller one: leave old years or attachments out.",
    "not_calendar": "What is there is no calendar file. Copy the secret address in iCal format, not that of a web page.",
    "too_many": "The calendar holds more than 20,000 events of the coming year, or one that repeats every minute.",
    "heavy": "The calendar takes too long to work out. Share a smaller one, without rules that repeat without end.",
    "crashed": f"The calendar could not be read. {AGAIN}",
}


class Trouble(Exception):
    """A calendar that cannot be read; `code` is a key of WORDS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def words_for(code: str) -> str:
    """Return the sentences that tell a trainer what is wrong and what to do."""
    return WORDS.get(code, WORDS["crashed"])
