"""The commands of `python -m fitflow.local`; the Makefile has a target for most of them."""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import checks, demo, packages
from .console import Console, Trouble
from .places import PURPOSES, Places, Purpose
from .servers import Servers
from .state import Held, lock


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    chosen = _parser().parse_args(words)
    console = Console()
    places = Places.here()
    try:
        command: Callable[[Places, Console, argparse.Namespace], int] = chosen.run
        return command(places, console, chosen)
    except Trouble as trouble:
        console.fail(str(trouble))
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fitflow.local", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: object, what: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=what, description=what)
        command.set_defaults(run=run)
        return command

    add("demo", _demo, "install, start and load everything, and keep it running")
    for name, what in (
        ("test", "run the test suite with the project's own servers"),
        ("e2e", "run the tests that click through the pages"),
        ("bench", "measure, against anchors measured in the same run"),
    ):
        add(name, _test, what).add_argument("words", nargs=argparse.REMAINDER)
        commands.choices[name].set_defaults(name=name)
    add("check", _check, "run every check of the code").add_argument(
        "only", nargs="*", help="names of checks"
    )
    add("setup", _setup, "install what is missing and start nothing")
    add("lock", _lock, "write the lock files of the Python packages anew")
    add("vendor", _vendor, "fetch the pinned third-party files of static/vendor/")
    add("manage", _manage, "run manage.py with the demo's servers").add_argument(
        "words", nargs=argparse.REMAINDER
    )
    add("clean", _clean, "stop the servers and remove .local/")
    for name, run, what in (
        ("up", _up, "start PostgreSQL and Redis"),
        ("down", _down, "stop PostgreSQL and Redis"),
        ("env", _env, "print the variables that lead to the servers, for `eval`"),
        ("psql", _psql, "open the database"),
    ):
        purpose = "demo" if name == "psql" else "test"
        add(name, run, what).add_argument("--purpose", choices=PURPOSES, default=purpose)
    return parser


def _demo(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    return demo.run(places, console)


def _test(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    python = str(places.python)
    command = {
        "test": [python, "-m", "pytest"],
        "e2e": [python, "-m", "pytest", "tests/e2e"],
        "bench": [python, "-m", "tests.bench"],
    }[chosen.name]
    demo.set_up(places, console, dev=True, testing=True)

    def waiting(note: str) -> None:
        console.say(f"Waiting for another run of the tests in this folder to end ({note}) …")

    servers = Servers(places, "test")
    with lock(places.local / "test.lock", waiting=waiting):
        try:
            servers.up()
            words = [word for word in chosen.words if word != "--"]
            return foreground([*command, *words], places.root, os.environ | servers.environment())
        finally:
            servers.down(only_started=True)


def _check(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    demo.set_up(places, console, dev=True, testing=False)
    servers = Servers(places, "test")
    try:
        servers.up()
        return checks.run(places, console, servers.environment(), chosen.only)
    finally:
        servers.down(only_started=True)


def _setup(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    demo.set_up(places, console, dev=True, testing=True)
    return 0


def _lock(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    packages.compile_locks(places, console)
    return 0


def _vendor(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    npm = shutil.which("npm")
    if not npm:
        raise Trouble("`make vendor` needs npm (Node.js 20 or newer); nothing else in the project does.")
    for words in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "vendor"]):
        if code := foreground([npm, *words], places.root, os.environ):
            return code
    return 0


def _manage(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    servers = Servers(places, "demo")
    try:
        servers.up()
        environment = os.environ | servers.environment()
        return foreground([str(places.python), "manage.py", *chosen.words], places.root, environment)
    finally:
        servers.down(only_started=True)


def _psql(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    servers = Servers(places, chosen.purpose)
    try:
        servers.up()
        environment = os.environ | servers.environment()
        program = shutil.which("psql", path=environment["PATH"]) or "psql"
        return foreground([program, environment["DATABASE_URL"]], places.root, environment)
    finally:
        servers.down(only_started=True)


def _up(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    servers = Servers(places, chosen.purpose)
    with console.step(f"PostgreSQL and Redis for the {chosen.purpose}"):
        servers.up()
    return 0


def _down(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    stopped = Servers(places, chosen.purpose).down()
    console.say(f"Stopped: {', '.join(stopped) or 'nothing ran'}.")
    return 0


def _env(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    for key, value in Servers(places, chosen.purpose).environment().items():
        print(f"export {key}={shlex.quote(value)}")
    return 0


def _clean(places: Places, console: Console, chosen: argparse.Namespace) -> int:
    """Ask first: the demo's database and the mail it sent go with it."""
    folders = [folder for folder in (places.local, *places.stand_ins()) if folder.exists()]
    if not folders:
        console.say("There is nothing to remove.")
        return 0
    question = f"Remove {', '.join(map(str, folders))}, with the demo's database in it? [y/N] "
    if not sys.stdin.isatty() or input(question).strip().lower() not in {"y", "yes"}:
        console.say("Nothing was removed.")
        return 1
    try:
        with lock(places.local / "demo.lock"):
            for purpose in PURPOSES:
                _stop_quietly(places, purpose)
            for folder in folders:
                shutil.rmtree(folder)
    except Held as held:
        raise Trouble(f"The demo runs ({held.note}): stop it first.") from None
    return 0


def _stop_quietly(places: Places, purpose: Purpose) -> None:
    try:
        Servers(places, purpose).down()
    except Trouble:
        # Without the programs there is nothing that could run.
        return


def foreground(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run a command in our place: it gets the terminal's Ctrl-C itself, and our SIGTERM from us."""
    child = subprocess.Popen(list(command), cwd=folder, env=dict(environment))

    def hand_on(number: int, frame: object) -> None:
        child.send_signal(number)

    signal.signal(signal.SIGINT, lambda number, frame: None)
    signal.signal(signal.SIGTERM, hand_on)
    code = child.wait()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return code if code >= 0 else 128 - code
