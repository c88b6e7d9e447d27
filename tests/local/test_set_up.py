import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fitflow.local import checks, demo, packages, postgres, system
from fitflow.local.cli import foreground, main
from fitflow.local.console import Console, Trouble
from fitflow.local.places import Places
from fitflow.local.processes import PRODUCTION
from fitflow.local.processes import demo as demo_processes
from fitflow.local.state import lock, recall, remember
from fitflow.local.system import Need

NEVER = Need("Abacus", lambda: False, ("abacus",), ("abacus",))


def test_where_nothing_can_be_installed_it_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, console: Console
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(Trouble, match=r"Abacus +Debian/Ubuntu: abacus +macOS: abacus"):
        system.install([NEVER], console)


def test_it_goes_on_without_what_is_not_vital(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    system.install([Need("Ribbons", lambda: False, ("ribbons",), (), vital=False)], Console())
    assert "Going on without Ribbons (Debian/Ubuntu: ribbons)." in capsys.readouterr().err


def test_what_is_there_is_not_installed_again(monkeypatch: pytest.MonkeyPatch, console: Console) -> None:
    monkeypatch.setattr(system, "_apt", lambda *_: pytest.fail("nothing was missing"))
    system.install([Need("Sand", lambda: True, ("sand",), ("sand",))], console)


def test_an_old_postgres_is_said_to_be_too_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres, "installed", lambda: [postgres.Binaries(tmp_path, 14)])
    with pytest.raises(Trouble, match=r"PostgreSQL 15 or newer is not installed \(found: 14\)"):
        postgres.binaries_for(tmp_path)


def test_it_finds_a_python_that_fits() -> None:
    found = packages.find_python()
    assert found
    told = subprocess.run(
        [found, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True
    )
    assert told.stdout.strip() in {"(3, 12)", "(3, 13)", "(3, 14)"}


def test_3_13_comes_before_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"old": (3, 11), "one": (3, 12), "new": (3, 14), "best": (3, 13), "broken": None}
    monkeypatch.setattr(packages, "_version", versions.get)
    monkeypatch.setattr(packages, "_candidates", lambda: iter(versions))
    assert packages.find_python() == "best"
    del versions["best"]
    assert packages.find_python() == "new"
    del versions["new"], versions["one"]
    assert packages.find_python() is None


def test_packages_that_are_there_cost_nothing(
    places: Places, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    (places.root / "requirements.lock").write_text("one==1\n")
    (places.root / "requirements-dev.lock").write_text("one==1\ntwo==2\n")
    ran: list[list[str]] = []
    monkeypatch.setattr(packages, "_uv", lambda *_: "uv")
    monkeypatch.setattr(packages, "_index_of_pip", lambda *_: {})
    monkeypatch.setattr(packages, "_works", lambda python: True)
    monkeypatch.setattr(packages, "_run", lambda command, environment, what: ran.append(command))
    packages.install(places, console, dev=False)
    packages.install(places, console, dev=False)
    assert [command[-1] for command in ran] == [str(places.root / "requirements.lock")]
    packages.install(places, console, dev=True)
    packages.install(places, console, dev=False)
    assert len(ran) == 2, "what the tests need holds what the demo needs"
    (places.root / "requirements-dev.lock").write_text("one==1\ntwo==3\n")
    packages.install(places, console, dev=False)
    assert ran[-1][-1] == str(places.root / "requirements-dev.lock")
    assert len(ran) == 3


def test_the_index_of_pip_is_ours_too(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "global.index-url='https://mirror.example/simple'\n:env:.cert='/ca.crt'\nglobal.timeout='60'\n"
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, stdout=said))
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    found = packages._index_of_pip(places)
    assert found == {"UV_DEFAULT_INDEX": "https://mirror.example/simple", "SSL_CERT_FILE": "/ca.crt"}
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert packages._index_of_pip(places) == {}, "what was set for uv wins"


@pytest.mark.parametrize("text", ["web", "0", "70000", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("FITFLOW_PORT", text)
    with pytest.raises(Trouble, match="takes a port number"):
        demo.chosen_port()


def test_a_taken_port_is_said_plainly() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(Trouble, match=r"FITFLOW_PORT=.* make demo"):
            demo.refuse_a_taken_port(other.getsockname()[1])


def test_a_second_demo_says_that_one_runs(places: Places, console: Console) -> None:
    with lock(places.local / "demo.lock", "process 42 on port 8000"):
        with pytest.raises(Trouble, match=r"runs already in this folder .process 42 on port 8000"):
            demo.run(places, console)


def test_leftovers_of_a_killed_demo_are_ended_and_strangers_are_not(places: Places, console: Console) -> None:
    ours = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "fitflow.celery"])
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        remember(places, "demo-processes", {"worker": ours.pid, "web": stranger.pid, "beat": 2**22 + 1})
        demo.end_leftovers(places, console)
        assert ours.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
        assert "demo-processes" not in recall(places)
    finally:
        for child in (ours, stranger):
            child.kill()
            child.wait()


def test_the_welcome_names_every_studio_and_sign_in() -> None:
    text = demo.welcome(8010, 12.4)
    for word in ("lotus", "summit", "prairie", "harbour"):
        assert f"http://{word}.fitflow.localhost:8010" in text
    for word in ("staff", "owner", "manager", "lead", "trainer", "client"):
        assert f"{word}@fitflow.test" in text
    assert "fitflow-demo-2026" in text
    assert "{" not in text


def test_the_demo_runs_what_production_runs() -> None:
    # One process answers both pages and sockets here, and the tables are made before any of them starts.
    assert {process.name for process in demo_processes(8000)} == set(PRODUCTION) - {"live", "migrate"}
    assert "127.0.0.1" in demo_processes(8000)[0].command, (
        "its passwords are known: it is for this machine only"
    )


def test_the_exit_code_of_a_command_is_ours(tmp_path: Path) -> None:
    assert foreground([sys.executable, "-c", "raise SystemExit(7)"], tmp_path, os.environ) == 7
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert foreground([sys.executable, "-c", code], tmp_path, os.environ) == 128 + signal.SIGKILL


def test_trouble_is_one_sentence_and_a_bad_exit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("FITFLOW_LOCAL", str(tmp_path / "local"))
    monkeypatch.setenv("FITFLOW_PORT", "none")
    assert main(["demo"]) == 1
    said = capsys.readouterr().err
    assert "FITFLOW_PORT is 'none'" in said
    assert "Traceback" not in said


def test_all_failures_are_shown_and_any_fails(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    binaries = places.venv / "bin"
    binaries.mkdir(parents=True)
    for name, code in (("good", 0), ("bad", 3), ("worse", 4)):
        (binaries / name).write_text(f"#!/bin/sh\necho {name} speaks\nexit {code}\n")
        (binaries / name).chmod(0o755)
    chosen = [checks.Check(name, (name,)) for name in ("bad", "good", "worse")]
    monkeypatch.setattr(checks, "all_checks", lambda root: chosen)
    assert checks.run(places, Console(), {}) == 1
    said = capsys.readouterr().err
    assert "bad speaks" in said
    assert "worse speaks" in said
    assert "good speaks" not in said
    assert "2 of 3 checks failed: bad, worse" in said
    assert checks.run(places, Console(), {}, only=["good"]) == 0


def test_the_set_up_needs_nothing_but_python() -> None:
    """A Python without any package must be able to load all of it."""
    code = (
        "import sys, pkgutil, importlib, fitflow.local as local\n"
        "for module in pkgutil.iter_modules(local.__path__):\n"
        "    if module.name not in {'contracts', '__main__'}:\n"
        "        importlib.import_module(f'fitflow.local.{module.name}')\n"
        "assert 'django' not in sys.modules\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"]
    )
    assert done.returncode == 0
