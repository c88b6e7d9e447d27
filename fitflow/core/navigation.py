"""Navigation as data: each subject registers its pages, the shells show those a person may open.

A subject calls `register` in its AppConfig.ready(); an item whose URL does not exist on this host is left out, so a
subject may register before its pages are there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

PORTALS = ("my", "studio", "trainer", "client")
STUDIO_ROLES = frozenset({"owner", "manager", "trainer_admin"})


@dataclass(frozen=True, slots=True)
class NavItem:
    """One page of a portal.

    `roles` empty means everyone of that portal; `phone` puts it in the tab bar of a phone (the first four do);
    `order` sorts within the portal, lowest first; `short` is the word under the icon of a phone.
    """

    label: str
    icon: str
    url_name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    phone: bool = True
    order: int = 100
    short: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as it is shown to one person on one page."""

    label: str
    short: str
    icon: str
    url: str
    phone: bool
    current: bool


_items: dict[str, list[NavItem]] = {portal: [] for portal in PORTALS}


def register(portal: str, *items: NavItem) -> None:
    """Add pages to a portal; the same page twice counts once. Raises KeyError for an unknown portal."""
    known = _items[portal]
    known.extend(item for item in items if item not in known)
    known.sort(key=lambda item: item.order)


def portal_of(request: HttpRequest) -> str:
    """Return the portal of this request: its own `portal`, or the one that host and roles imply."""
    chosen = getattr(request, "portal", "")
    if chosen in PORTALS:
        return str(chosen)
    if getattr(request, "studio", None) is None:
        return "my"
    roles = roles_of(request)
    if roles & STUDIO_ROLES:
        return "studio"
    return "trainer" if "trainer" in roles else "client"


def roles_of(request: HttpRequest) -> frozenset[str]:
    """Return the names of the roles held in this request's studio."""
    return frozenset(str(getattr(role, "value", role)) for role in getattr(request, "roles", None) or ())


def menu(request: HttpRequest, portal: str = "") -> list[Entry]:
    """Return what the person may open, in order, the page she is on marked by the longest matching address."""
    roles = roles_of(request)
    allowed = [item for item in _items[portal or portal_of(request)] if not item.roles or item.roles & roles]
    reachable = [(item, url) for item in allowed if (url := _url(item.url_name))]
    here = _longest(request.path, [url for _, url in reachable])
    return [
        Entry(item.label, item.short or item.label, item.icon, url, item.phone, url == here)
        for item, url in reachable
    ]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _longest(path: str, urls: Iterable[str]) -> str:
    """Return the address that leads to the path; a root address counts for the root alone."""
    fitting = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(fitting, key=len, default="")
