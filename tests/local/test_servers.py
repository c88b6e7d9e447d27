"""The project's own PostgreSQL and Redis, started for real in a folder of their own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fitflow.local import postgres, redis
from fitflow.local.console import Trouble
from fitflow.local.places import Places
from fitflow.local.postgres import Cluster
from fitflow.local.process import is_alive, wait_until
from fitflow.local.redis import Store
from fitflow.local.servers import Servers
from fitflow.local.state import recall

pytestmark = pytest.mark.skipif(
    not postgres.installed() or not shutil.which("redis-server"), reason="needs PostgreSQL and Redis"
)


@pytest.fixture
def own(places: Places) -> Iterator[Places]:
    """Places whose servers are stopped and removed at the end, also those outside the folder."""
    yield places
    for purpose in ("demo", "test"):
        with contextlib.suppress(Trouble):
            Servers(places, purpose).down()
    for folder in places.stand_ins():
        shutil.rmtree(folder, ignore_errors=True)


def test_it_makes_a_role_that_is_no_superuser(own: Places) -> None:
    cluster = Cluster.of(own, "test")
    assert cluster.start() is True
    assert cluster.start() is False, "it ran already"
    told = cluster.execute(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolbypassrls FROM pg_roles WHERE rolname = 'fitflow'"
    )
    assert told == "f|t|t|f|f"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'fitflow_test'"
    assert cluster.execute(owner) == "fitflow"
    assert cluster.execute("SHOW listen_addresses") == ""
    assert cluster.execute("SHOW fsync") == "off"
    assert cluster.stop() is True
    assert cluster.stop() is False


def test_the_demo_keeps_fsync(own: Places) -> None:
    cluster = Cluster.of(own, "demo")
    cluster.start()
    assert cluster.execute("SHOW fsync") == "on"
    assert cluster.database == "fitflow_demo"


def test_it_starts_after_a_kill_although_the_number_is_another_process_now(own: Places) -> None:
    cluster = Cluster.of(own, "test")
    cluster.start()
    os.kill(cluster.pid(), signal.SIGKILL)
    assert wait_until(lambda: cluster.pid() == 0, 5)
    # The worst case: the number in the file was given to a living process of the same account.
    file = cluster.data / "postmaster.pid"
    lines = file.read_text().splitlines()
    stranger = subprocess.Popen(
        ["sleep", "60"],
        user=cluster.account.uid if cluster.account else None,
        group=cluster.account.gid if cluster.account else None,
        extra_groups=[] if cluster.account else None,
    )
    try:
        file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert cluster.pid() == 0
        assert cluster.start() is True
        assert cluster.execute("SELECT 1") == "1"
        assert stranger.poll() is None, "nobody else's process is touched"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_data_folder_is_made_anew(own: Places) -> None:
    cluster = Cluster.of(own, "test")
    cluster.data.mkdir()
    (cluster.data / "base").mkdir()
    half = cluster.data.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    assert cluster.start() is True
    assert not half.exists()


def test_the_data_of_a_version_that_is_gone_is_not_touched(own: Places) -> None:
    data = Cluster.of(own, "demo").data
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Trouble, match=r"made by PostgreSQL 9, which is not installed"):
        Cluster.of(own, "demo")
    assert (data / "PG_VERSION").exists()


def test_redis_asks_for_its_password_and_keeps_its_port(own: Places) -> None:
    store = Store.of(own, "test")
    assert store.start() is True
    address = store.url
    port = recall(own)["redis-test"]["port"]
    with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
        line.sendall(b"PING\r\n")
        assert b"NOAUTH" in line.recv(100)
    assert store.stop() is True
    assert store.start() is True
    assert store.url == address


def test_redis_moves_when_its_port_is_taken(own: Places) -> None:
    store = Store.of(own, "test")
    store.start()
    store.stop()
    before = recall(own)["redis-test"]["port"]
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", before))
        thief.listen()
        assert store.start() is True
    assert recall(own)["redis-test"]["port"] != before


def test_redis_starts_after_a_kill(own: Places) -> None:
    store = Store.of(own, "test")
    store.start()
    os.kill(int((store.folder / "redis.pid").read_text()), signal.SIGKILL)
    assert wait_until(lambda: not store.answers(), 5)
    assert store.start() is True


@pytest.mark.parametrize(("name", "left"), [("DATABASE_URL", [Store]), ("REDIS_URL", [Cluster])])
def test_an_address_of_the_environment_wins(
    own: Places, monkeypatch: pytest.MonkeyPatch, name: str, left: list[type]
) -> None:
    monkeypatch.setenv(name, "somewhere://else/1")
    servers = Servers(own, "test")
    assert [type(one) for one in servers.all()] == left
    servers.up()
    assert name not in servers.environment(), "what is set already stays as it is"


def test_processes_find_their_modules_compiled(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "somewhere://else/1")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = os.environ | Servers(places, "demo").environment()
    program = "import json; print(json.__spec__.cached)"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    cached = Path(done.stdout.strip())
    assert cached.is_relative_to(places.bytecode)
    assert cached.is_file()


def test_it_stops_only_what_it_started(own: Places) -> None:
    first, second = Servers(own, "test"), Servers(own, "test")
    first.up()
    second.up()
    assert second.down(only_started=True) == []
    assert first.down(only_started=True) == ["Store", "Cluster"]


def test_a_tethered_server_ends_with_the_one_who_started_it(own: Places) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux can tether")
    code = (
        "import os, pathlib, signal\n"
        "from fitflow.local.places import Places\n"
        "from fitflow.local.servers import Servers\n"
        f"places = Places(pathlib.Path({str(own.root)!r}), pathlib.Path({str(own.local)!r}))\n"
        "Servers(places, 'test').up(tether=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    cluster, store = Cluster.of(own, "test"), Store.of(own, "test")
    assert wait_until(lambda: cluster.pid() == 0 and not store.answers(), 10)


def test_the_second_start_makes_nothing_anew(own: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    servers = Servers(own, "test")
    servers.up()
    servers.down()
    made = (Cluster.of(own, "test").data / "PG_VERSION").stat().st_ino
    monkeypatch.setattr(Cluster, "_initdb", lambda *_: pytest.fail("the data folder is there already"))
    servers.up()
    assert (Cluster.of(own, "test").data / "PG_VERSION").stat().st_ino == made


def test_a_folder_somebody_else_put_in_our_place_is_refused(
    places: Places, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to make a stranger's folder")
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 12345, 12345)
    from fitflow.local.places import _make_private

    with pytest.raises(Trouble, match="belongs to somebody else"):
        _make_private(tmp_path / "theirs", 0o700)
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Trouble, match="belongs to somebody else"):
        _make_private(tmp_path / "link", 0o700)


def test_no_number_is_mistaken_for_a_living_process() -> None:
    child = subprocess.Popen(["true"])
    assert wait_until(lambda: not is_alive(child.pid), 5), (
        "one that ended but was not collected does not live"
    )
    child.wait()
    assert not is_alive(child.pid)
    assert not is_alive(0)
    assert not is_alive(-1)
    assert redis.binary()
