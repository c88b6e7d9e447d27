"""Letters as people type them into a search: without case and without accents, so that `etienne` finds `Étienne`."""

from __future__ import annotations

from unicodedata import normalize

from django.db.models import Func, TextField

# One letter for one letter: what PostgreSQL's `translate` and Python's `str.translate` both can.
ACCENTED = "àáâãäåāăąçćčďèéêëēėęěìíîïīįłñńňòóôõöøōőřśšťùúûüūůűýÿźżž"
PLAIN = "aaaaaaaaacccdeeeeeeeeiiiiiilnnnoooooooorsstuuuuuuuyyzzz"
_TABLE = str.maketrans(ACCENTED, PLAIN)


def fold(text: str) -> str:
    """Return a text in lower case without accents."""
    return normalize("NFC", text).lower().translate(_TABLE)


class Folded(Func):
    """`fold` in the database; immutable, so that an index may be built on it."""

    function = "TRANSLATE"
    template = f"%(function)s(LOWER(%(expressions)s), '{ACCENTED}', '{PLAIN}')"
    arity = 1
    output_field = TextField()


MOST_WORDS = 6


def search_words(text: str) -> list[str]:
    """Return what somebody typed into a search box as words, at most six, without the NUL that PostgreSQL takes nowhere."""
    return text.replace("\x00", "").split()[:MOST_WORDS]
