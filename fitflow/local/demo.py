"""`make demo`: from a bare machine to a running FitFlow, one line per step."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from . import packages, system
from .console import Console, Trouble
from .places import Places
from .process import end, is_ours, tie_to_parent
from .processes import demo as demo_processes
from .servers import Servers
from .state import Held, lock, recall, remember
from .supervisor import Asked, Supervisor, obey_signals, tail

HOST = "fitflow.localhost"
WELCOME = Path(__file__).with_name("welcome.txt")
READY_WITHIN = 90.0
LOOK_AT_SERVERS_EVERY = 3.0


def run(places: Places, console: Console) -> int:
    """Run the demo until somebody asks us to end; returns the exit code."""
    port = chosen_port()
    try:
        with lock(places.local / "demo.lock", f"process {os.getpid()} on port {port}"):
            return _run(places, console, port)
    except Held as held:
        raise Trouble(
            f"FitFlow's demo runs already in this folder ({held.note or 'it is just starting'}). "
            "Stop it with Ctrl-C where it was started, then try again."
        ) from None


def chosen_port() -> int:
    """Return the port of `FITFLOW_PORT`, or 8000."""
    text = os.environ.get("FITFLOW_PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(f"FITFLOW_PORT is {text!r}; it takes a port number, such as 8010.")
    return int(text)


def _run(places: Places, console: Console, port: int) -> int:
    started = time.monotonic()
    console.title("FitFlow demo")
    end_leftovers(places, console)
    refuse_a_taken_port(port)
    obey_signals()
    tie_to_parent()
    servers = Servers(places, "demo")
    supervisor: Supervisor | None = None
    try:
        set_up(places, console, dev=False, testing=False)
        with console.step("PostgreSQL and Redis"):
            servers.up(tether=True)
        environment = demo_environment(servers, port)
        load(places, console, environment)
        supervisor = Supervisor(
            console,
            places.root,
            places.logs,
            environment,
            on_pid=lambda pids: remember(places, "demo-processes", pids or None),
        )
        with console.step("Web, workers and beat"):
            supervisor.start(demo_processes(port))
            wait_for_the_site(supervisor, port)
        console.say(welcome(port, time.monotonic() - started))
        watch(supervisor, servers)
    except Asked:
        pass
    finally:
        if supervisor or servers.started:
            with console.step("Stopping"):
                if supervisor:
                    supervisor.stop()
                servers.down(only_started=True)
    return 0


def set_up(places: Places, console: Console, *, dev: bool, testing: bool) -> None:
    """Install whatever is missing; two set-ups at once wait for each other."""

    def waiting(note: str) -> None:
        console.say(f"Waiting for another set-up of this folder to end ({note}) …")

    with lock(places.local / "setup.lock", waiting=waiting):
        needs = [*system.SERVERS, *system.PRINTING, *(system.TESTING if testing else ())]
        if os.environ.get("DATABASE_URL"):
            needs = [need for need in needs if not need.name.startswith("PostgreSQL")]
        if os.environ.get("REDIS_URL"):
            needs = [need for need in needs if need.name != "Redis"]
        system.install(needs, console)
        packages.install(places, console, dev=dev)


def demo_environment(servers: Servers, port: int) -> dict[str, str]:
    """Return the environment of the demo's processes."""
    return os.environ | servers.environment() | {"PUBLIC_PORT": str(port), "PYTHONUNBUFFERED": "1"}


def load(places: Places, console: Console, environment: Mapping[str, str]) -> None:
    """Migrate and load the demo world; the command says itself how far it is."""
    with console.step("Tables and the demo world", talks=True):
        command = [str(places.python), "manage.py", "setup_demo"]
        child = subprocess.Popen(command, cwd=places.root, env=environment, start_new_session=True)
        try:
            code = child.wait()
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise
        if code:
            raise Trouble("The demo world could not be loaded; what is above says why.")


def refuse_a_taken_port(port: int) -> None:
    """Raise Trouble when somebody else answers on our port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Trouble(
                f"Port {port} is taken by another program. Choose another one: FITFLOW_PORT={port + 10} make demo"
            ) from None


def end_leftovers(places: Places, console: Console) -> None:
    """End what a supervisor that was killed left behind, where the kernel could not do it for us."""
    left = recall(places).get("demo-processes") or {}
    for name, pid in left.items():
        if is_ours(int(pid), "fitflow."):
            console.say(f"Ending {name} (process {pid}), left by a demo that was killed.")
            end(int(pid), [(signal.SIGTERM, 10), (signal.SIGKILL, 5)])
    remember(places, "demo-processes", None)


def wait_for_the_site(supervisor: Supervisor, port: int) -> None:
    """Wait until the site answers; raises Trouble when its process keeps falling or never does."""
    deadline = time.monotonic() + READY_WITHIN
    web = supervisor.children[0]
    while not is_ready(port):
        supervisor.tick()
        if time.monotonic() > deadline or web.pause > 4:
            raise Trouble(f"The site does not answer; the end of {web.log}:\n{tail(web.log, 15)}")
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    """Tell whether `/readyz` says that the site and what it needs are there."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/readyz", headers={"Host": f"{HOST}:{port}"})
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def watch(supervisor: Supervisor, servers: Servers) -> None:
    """Keep everything running until `Asked` is raised."""
    look_at = time.monotonic() + LOOK_AT_SERVERS_EVERY
    while True:
        time.sleep(0.2)
        supervisor.tick()
        if time.monotonic() >= look_at:
            servers.keep_up(tether=True)
            look_at = time.monotonic() + LOOK_AT_SERVERS_EVERY


def welcome(port: int, seconds: float) -> str:
    """Return what the person sees when all runs: the addresses and sign-ins of welcome.txt."""
    text = WELCOME.read_text(encoding="utf-8")
    return text.replace("{port}", str(port)).replace("{seconds}", f"{seconds:.0f}")
