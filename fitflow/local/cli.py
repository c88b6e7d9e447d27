"""The commands of `python -m fitflow.local`."""

import argparse
import shlex
from collections.abc import Sequence

from .console import Console, Trouble
from .places import PURPOSES, Places
from .servers import Servers


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m fitflow.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("up", "start"), ("down", "stop"), ("env", "print the variables of")):
        command = commands.add_parser(name, help=f"{what} the project's PostgreSQL and Redis")
        command.add_argument("--purpose", choices=PURPOSES, default="test")
    chosen = parser.parse_args(words)
    console = Console()
    try:
        servers = Servers(Places.here(), chosen.purpose)
        if chosen.command == "up":
            with console.step(f"PostgreSQL and Redis for the {chosen.purpose}"):
                servers.up()
        elif chosen.command == "down":
            stopped = servers.down()
            console.say(f"Stopped: {', '.join(stopped) or 'nothing ran'}.")
        else:
            for key, value in servers.environment().items():
                print(f"export {key}={shlex.quote(value)}")
    except Trouble as trouble:
        console.fail(str(trouble))
        return 1
    return 0
