"""Fetching a calendar file within limits. Imports nothing of Django: the child process uses it.

A name is resolved once; the connection goes to exactly the address that was checked, with the name in SNI, certificate check
and Host header. So a name that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    IncompleteRead,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    SSLError,
    TimeoutError,
)
from urllib3.response import BaseHTTPResponse

from trainers.external.addresses import Target, resolve, target_of
from trainers.external.trouble import Trouble

MOST_BYTES = 5_000_000
MOST_REDIRECTS = 3
CHUNK = 65_536
REDIRECTS = {301, 302, 303, 307, 308}
GONE = {401, 403, 404, 410}


@dataclass(frozen=True)
class Fetched:
    """A file and what to ask with the next time; `body` is None where nothing has changed since."""

    body: bytes | None
    etag: str = ""
    last_modified: str = ""


def fetch(
    address: str,
    *,
    etag: str = "",
    last_modified: str = "",
    seconds: float = 10,
    open_hosts: Collection[str] = (),
) -> Fetched:
    """Return what is at an address. Raises Trouble: unreachable, refused, too large, redirected astray.

    `seconds` is how long each single step may keep silent; the caller limits the whole.
    """
    asked = {
        "User-Agent": "FitFlow calendar reader",
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "gzip",
    }
    if etag:
        asked["If-None-Match"] = etag
    if last_modified:
        asked["If-Modified-Since"] = last_modified
    target = target_of(address, open_hosts=open_hosts)
    for _ in range(MOST_REDIRECTS + 1):
        response = _ask(target, asked, seconds=seconds, open_hosts=open_hosts)
        try:
            if response.status not in REDIRECTS:
                return _taken(response, conditional=bool(etag or last_modified))
            address = urljoin(target.url, response.headers.get("Location", ""))
        finally:
            response.close()
        target = target_of(address, open_hosts=open_hosts)
    raise Trouble("redirects")


def _ask(
    target: Target, headers: dict[str, str], *, seconds: float, open_hosts: Collection[str]
) -> BaseHTTPResponse:
    """Ask the first of the target's addresses that can be connected to."""
    trouble = Trouble("no_answer")
    for address in resolve(target, open_hosts=open_hosts)[:3]:
        limits = Timeout(connect=min(5, seconds), read=seconds)
        pool: HTTPConnectionPool
        if target.scheme == "https":
            pool = HTTPSConnectionPool(
                address,
                target.port,
                timeout=limits,
                maxsize=1,
                cert_reqs="CERT_REQUIRED",
                ca_certs=certifi.where(),
                server_hostname=target.host,
                assert_hostname=target.host,
            )
        else:
            pool = HTTPConnectionPool(address, target.port, timeout=limits, maxsize=1)
        try:
            return pool.urlopen(
                "GET",
                target.path,
                headers={**headers, "Host": target.authority},
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except SSLError as error:
            raise Trouble("certificate") from error
        except (NewConnectionError, NameResolutionError):
            continue
        except TimeoutError:
            trouble = Trouble("slow")
        except (ProtocolError, HTTPError, ValueError) as error:
            raise Trouble("broken_off") from error
    raise trouble


def _taken(response: BaseHTTPResponse, *, conditional: bool) -> Fetched:
    if response.status == 304 and conditional:
        return Fetched(None)
    if response.status in GONE:
        raise Trouble("refused")
    if response.status != 200:
        raise Trouble("status")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise Trouble("large")
    return Fetched(
        _body(response),
        # Sent back as it came: what would not fit the column, or a header, is left out.
        _validator(response.headers.get("ETag", ""), 300),
        _validator(response.headers.get("Last-Modified", ""), 100),
    )


def _body(response: BaseHTTPResponse) -> bytes:
    """Read the body, decoded: never more of it in memory than is allowed, however small it came over the line."""
    parts: list[bytes] = []
    size = 0
    try:
        for part in response.stream(CHUNK, decode_content=True):
            size += len(part)
            if size > MOST_BYTES:
                raise Trouble("large")
            parts.append(part)
    except TimeoutError as error:
        raise Trouble("slow") from error
    except (DecodeError, IncompleteRead, ProtocolError, HTTPError, OSError) as error:
        raise Trouble("broken_off") from error
    return b"".join(parts)


def _validator(value: str, longest: int) -> str:
    return value if len(value) <= longest and value.isascii() and value.isprintable() else ""
