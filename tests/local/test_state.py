import json
import subprocess
import sys
from pathlib import Path

import pytest

from fitflow.local.places import LONGEST_SOCKET_PATH, Places
from fitflow.local.state import Held, lock, recall, remember


def test_it_remembers_and_forgets(places: Places) -> None:
    remember(places, "redis-test", {"port": 4711})
    remember(places, "packages", {"kind": "dev"})
    assert recall(places) == {"redis-test": {"port": 4711}, "packages": {"kind": "dev"}}
    remember(places, "packages", None)
    assert recall(places) == {"redis-test": {"port": 4711}}


def test_what_it_remembers_is_for_its_owner_only(places: Places) -> None:
    remember(places, "redis-test", {"password": "secret"})
    assert places.state_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", '"text"', "\0"])
def test_a_broken_file_is_like_none(places: Places, broken: str) -> None:
    places.local.mkdir()
    places.state_file.write_text(broken)
    assert recall(places) == {}
    remember(places, "key", 1)
    assert json.loads(places.state_file.read_text()) == {"key": 1}


def test_a_held_lock_tells_who_holds_it(tmp_path: Path) -> None:
    with (
        lock(tmp_path / "lock", "process 1 on port 8000"),
        pytest.raises(Held) as held,
        lock(tmp_path / "lock"),
    ):
        pytest.fail("the lock was given twice")
    assert held.value.note == "process 1 on port 8000"
    with lock(tmp_path / "lock"):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, signal\n"
        "from fitflow.local.state import lock\n"
        f"with lock(pathlib.Path({str(tmp_path / 'lock')!r})):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    with lock(tmp_path / "lock"):
        pass


def test_a_long_path_gets_a_short_place_for_its_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    places = Places(deep, deep / ".local")
    chosen = places.sockets("test", None)
    try:
        assert len(str(chosen / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH
        assert chosen.stat().st_mode & 0o777 == 0o700
        assert chosen == places.sockets("test", None), "the same at every start"
        assert chosen in places.stand_ins(), "`make clean` must find it"
    finally:
        chosen.rmdir()


def test_two_checkouts_never_share_a_place(tmp_path: Path) -> None:
    one, other = (Places(tmp_path / name, tmp_path / name / ".local") for name in ("one", "other"))
    assert one.tag != other.tag
