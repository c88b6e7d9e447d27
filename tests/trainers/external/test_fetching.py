from __future__ import annotations

import gzip
import socket
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.trainers.external.files import GOOGLE
from tests.trainers.external.server import Elsewhere, certified, elsewhere
from trainers.external import addresses
from trainers.external.addresses import is_public, resolve, target_of
from trainers.external.fetching import MOST_BYTES, fetch
from trainers.external.trouble import Trouble

HERE = ["127.0.0.1"]


def code_of(address: str, **more: Any) -> str:
    with pytest.raises(Trouble) as refused:
        fetch(address, **{"open_hosts": HERE, "seconds": 2, **more})
    return refused.value.code


def test_a_file_comes_with_what_to_ask_with_next_time(server: Elsewhere) -> None:
    address = server.gives(GOOGLE, ETag='"v1"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    first = fetch(address, open_hosts=HERE)
    assert (first.body, first.etag, first.last_modified) == (GOOGLE, '"v1"', "Sat, 21 Nov 2026 10:00:00 GMT")
    again = fetch(address, etag=first.etag, last_modified=first.last_modified, open_hosts=HERE)
    assert again.body is None
    assert server.asked[1][1]["If-Modified-Since"] == first.last_modified
    assert server.asked[0][1]["Host"] == f"127.0.0.1:{server.port}"


def test_a_validator_that_could_not_be_sent_back_is_left_out(server: Elsewhere) -> None:
    assert fetch(server.gives(GOOGLE, ETag='"' + "x" * 400 + '"'), open_hosts=HERE).etag == ""


def test_a_packed_file_is_unpacked(server: Elsewhere) -> None:
    address = server.gives(gzip.compress(GOOGLE), Content_Encoding="gzip")
    assert fetch(address, open_hosts=HERE).body == GOOGLE


def test_five_megabytes_are_the_limit(server: Elsewhere) -> None:
    assert fetch(server.gives(b"x" * MOST_BYTES), open_hosts=HERE).body == b"x" * MOST_BYTES
    assert code_of(server.gives(b"x" * (MOST_BYTES + 1))) == "large"


def test_the_limit_holds_where_the_length_is_a_lie_or_not_told(server: Elsewhere) -> None:
    big = b"x" * (MOST_BYTES + 1)
    assert code_of(server.gives(big, Content_Length="")) == "large"
    assert code_of(server.gives(b"x", Content_Length="5000001")) == "large"
    assert code_of(server.gives(GOOGLE, Content_Length=str(len(GOOGLE) + 100))) == "broken_off"
    # Less than there is: what comes is cut, and seen to be cut when it is read.
    assert fetch(server.gives(GOOGLE, Content_Length="500"), open_hosts=HERE).body == GOOGLE[:500]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_not_unpacked(server: Elsewhere, encoding: str) -> None:
    zeros = b"\0" * 100_000_000
    packed = gzip.compress(zeros, 9) if encoding == "gzip" else zlib.compress(zeros, 9)
    del zeros
    assert len(packed) < 1_000_000
    assert code_of(server.gives(packed, Content_Encoding=encoding)) == "large"


def test_what_is_not_packed_as_it_says_is_refused(server: Elsewhere) -> None:
    assert code_of(server.gives(GOOGLE, Content_Encoding="gzip")) == "broken_off"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "refused"), (404, "refused"), (410, "refused"), (500, "status"), (304, "status")],
)
def test_what_a_server_answers_otherwise(server: Elsewhere, status: int, code: str) -> None:
    assert code_of(server.says(status)) == code


def test_a_server_that_says_nothing_and_one_that_is_not_there(server: Elsewhere) -> None:
    assert code_of(server.hangs(), seconds=0.3) == "slow"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert code_of(f"http://127.0.0.1:{taken.getsockname()[1]}/") == "no_answer"


def test_three_redirects_are_followed_and_a_fourth_is_not(server: Elsewhere) -> None:
    server.gives(GOOGLE, "/4")
    for step in (1, 2, 3):
        server.redirects(f"/{step}", f"/{step + 1}")
    assert fetch(server.address("/1"), open_hosts=HERE).body == GOOGLE
    server.redirects("/0", "/1")
    assert code_of(server.address("/0")) == "redirects"


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("https://10.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
        ("http://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("https://user:word@example.com/", "address"),
        ("https://localhost:5432/", "private"),
        ("https://0/", "private"),
    ],
)
def test_each_redirect_is_checked_anew(server: Elsewhere, location: str, code: str) -> None:
    assert code_of(server.redirects("/away", location)) == code


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
        "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.169.254", "192.0.0.1",
        "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[fc00::1]", "[fd12::1]",
        "[fe80::1]", "[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[::127.0.0.1]", "localhost", "LOCALHOST.", "\uff11\uff12\uff17.0.0.1",
    ],
)  # fmt: skip
def test_no_private_address_is_asked_however_it_is_written(host: str) -> None:
    assert code_of(f"https://{host}/calendar.ics", open_hosts=()) in {"private", "unknown_host", "address"}


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "142.251.41.78", "2607:f8b0:400b:80c::200e", "::ffff:8.8.8.8"]
)
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


def _answers(monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> list[str]:
    """Let the resolver give these addresses, round by round; return the names it was asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *more: Any, **options: Any) -> list[Any]:
        if not host.endswith((".com", ".test")):
            return real(host, port, *more, **options)
        asked.append(host)
        found = rounds[min(len(asked), len(rounds)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("found", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:10.0.0.1"]])
def test_a_name_that_leads_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    _answers(monkeypatch, found)
    with pytest.raises(Trouble, match="private"):
        resolve(target_of("https://calendar.example.com/x.ics"))


def test_a_name_is_asked_once_and_the_checked_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A name that is public when asked first and private the second time.
    asked = _answers(monkeypatch, ["203.0.113.7"], ["127.0.0.1"])
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "203.0.113.7")
    connected: list[Any] = []

    def create_connection(address: tuple[str, int], *more: Any, **options: Any) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    with pytest.raises(Trouble, match="no_answer"):
        fetch("https://calendar.example.com/x.ics", seconds=1)
    assert asked == ["calendar.example.com"]
    assert connected == [("203.0.113.7", 443)]


def test_a_server_that_speaks_no_https_is_not_believed(server: Elsewhere) -> None:
    assert code_of(f"https://127.0.0.1:{server.port}/") == "certificate"


@pytest.mark.parametrize(("names", "code"), [(["calendar.test"], ""), (["other.test"], "certificate")])
def test_the_connection_goes_to_the_address_and_the_certificate_is_the_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names: list[str], code: str
) -> None:
    _answers(monkeypatch, ["127.0.0.1"])
    authority = certified(names, tmp_path)
    monkeypatch.setattr("certifi.where", lambda: str(authority))
    with elsewhere(certificate=tmp_path) as server:
        server.gives(GOOGLE)
        address = f"https://calendar.test:{server.port}/calendar.ics"
        if code:
            assert code_of(address, open_hosts=["calendar.test"]) == code
            return
        assert fetch(address, open_hosts=["calendar.test"]).body == GOOGLE
        assert server.asked[0][1]["Host"] == f"calendar.test:{server.port}"
        assert server.named == ["calendar.test"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address"), ("calendar", "scheme"), ("http://example.com/x.ics", "scheme"), ("ftp://example.com/", "scheme"),
        ("https://", "address"), ("https://example.com:99999/", "address"), ("https://example.com:22/", "address"),
        ("https://exa mple.com/", "address"), ("https://example.com/\r\nHost: x", "address"), ("https://[::1/", "address"),
        ("https://u@example.com/", "address"), ("https://example.com/" + "x" * 2000, "address"),
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_calendar(address: str, code: str) -> None:
    with pytest.raises(Trouble, match=code):
        target_of(address)


def test_webcal_is_https() -> None:
    assert (
        target_of("webcal://p1.icloud.com/published/2/x?y=1").url == "https://p1.icloud.com/published/2/x?y=1"
    )
    assert target_of("WEBCALS://Example.com:8443/x").authority == "example.com:8443"
