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
        # What a step has begun to say stands in the line where the next text goes.
        self.clear = "\033[K" if self.colour else ""

    def say(self, text: str) -> None:
        """Print one line."""
        if not self.quiet:
            print(self.clear + text, file=sys.stderr, flush=True)

    def fail(self, text: str) -> None:
        """Print what went wrong, however quiet we are."""
        print(self.clear + self.paint(text, "31;1"), file=sys.stderr, flush=True)

    def title(self, text: str) -> None:
        """Print a headline."""
        self.say(self.paint(f"\n{text}", "1"))

    def paint(self, text: str, code: str) -> str:
        """Colour `text` on a terminal."""
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    @contextmanager
    def step(self, what: str, *, talks: bool = False) -> Iterator[None]:
        """Say what is being done, and afterwards how long it took.

        On a terminal the second line takes the first one's place, unless something `talks` in between.
        """
        begun = f"{self.paint('·', '2')} {what} …"
        over = self.colour and not talks
        if over and not self.quiet:
            print(begun, end="\r", file=sys.stderr, flush=True)
        else:
            self.say(begun)
        started = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"{self.paint('✗', '31;1')} {what}")
            raise
        self.say(
            f"{self.paint('✓', '32;1')} {what} {self.paint(f'({time.monotonic() - started:.1f} s)', '2')}"
        )
