"""Which addresses a calendar may be fetched from. Imports nothing of Django: the child process uses it."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from trainers.external.trouble import Trouble

LONGEST = 2000
PORTS = {"https": 443, "http": 80}
SCHEMES = {"webcal": "https", "webcals": "https"}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# As one writes an IP address in other bases: 0x7f.1, 0177.0.0.1, 2130706433.
ODD_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """Where to fetch from: the name is what the certificate must be for, the path includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def target_of(address: str, *, open_hosts: Collection[str] = ()) -> Target:
    """Return where an address leads; `webcal:` means https. Raise Trouble for one that is not allowed.

    A host of `open_hosts` may be asked over plain http, at any port and in a private network: for tests and one's own machine.
    """
    address = address.strip()
    if not address or len(address) > LONGEST or not address.isprintable() or " " in address:
        raise Trouble("address")
    try:
        parts = urlsplit(address)
        host, port = _host(parts), parts.port
    except ValueError as error:  # a wrong port, http://[::1/
        raise Trouble("address") from error
    scheme = SCHEMES.get(parts.scheme.lower(), parts.scheme.lower())
    is_open = host in open_hosts
    if scheme != "https" and not (scheme == "http" and is_open):
        raise Trouble("scheme")
    if not host or parts.username is not None or parts.password is not None:
        raise Trouble("address")
    port = PORTS[scheme] if port is None else port
    if not is_open and port != PORTS[scheme] and port < 1024:
        raise Trouble("address")
    path = parts.path or "/"
    return Target(scheme, host, port, f"{path}?{parts.query}" if parts.query else path)


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host or host.isascii():
        return host
    return host.encode("idna").decode()  # UnicodeError is a ValueError


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet: not ours, the machine's own, a neighbour's or a cloud's.

    An IPv6 address that carries an IPv4 address is as good as that.
    """
    try:
        found: Address = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.teredo is not None or found.is_site_local:
            return False
        inner = found.ipv4_mapped or found.sixtofour
        if found in NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        found = inner or found
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def resolve(target: Target, *, open_hosts: Collection[str] = ()) -> list[str]:
    """Return the IP addresses of a target, asked once: whoever connects uses these and asks no more.

    Raises Trouble where there are none, or where any of them is not public: a name that answers with both kinds is a trap.
    """
    if target.host in open_hosts:
        return _asked(target)
    if ODD_NUMBER.fullmatch(target.host) and not is_public(target.host):
        raise Trouble("private")
    found = _asked(target)
    if not all(is_public(one) for one in found):
        raise Trouble("private")
    return found


def _asked(target: Target) -> list[str]:
    try:
        answers = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Trouble("unknown_host") from error
    found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not found:
        raise Trouble("unknown_host")
    return found
