"""What the commands say: one line per step, and one plain sentence when something is in the way."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Trouble(Exception):
    """Something the person at the keyboard has to know or do; shown without a traceback."""


class Console:
    """Prints steps to standard error, so that standard output stays for what a command answers."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str) -> None:
        """Print one line."""
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    def fail(self, text: str) -> None:
        """Print what went wrong, however quiet we are."""
        print(self.paint(text, "31;1"), file=sys.stderr, flush=True)

    def title(self, text: str) -> None:
        """Print a headline."""
        self.say(self.paint(f"\n{text}", "1"))

    def paint(self, text: str, code: str) -> str:
        """Colour `text` on a terminal."""
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what is being done, and afterwards how long it took."""
        self.say(f"{self.paint('·', '2')} {what} …")
        started = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"{self.paint('✗', '31;1')} {what}")
            raise
        self.say(
            f"{self.paint('✓', '32;1')} {what} {self.paint(f'({time.monotonic() - started:.1f} s)', '2')}"
        )
