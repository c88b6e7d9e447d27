"""Which studio a host names. Domains are cached: an uncached look-up costs more than the rest of the tenancy layer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django_tenants.utils import get_tenant_domain_model, get_tenant_model

from fitflow.core import memo
from fitflow.core.memo import remember

DOMAIN_SECONDS = 300
UNKNOWN = "unknown"


class UnknownHost(LookupError):
    """No studio answers at this host."""


def _key(host: str) -> str:
    return f"domain:{host}"


def bare(host: str) -> str:
    """Return the host without port and trailing dot, in lower case."""
    return host.rsplit("]", 1)[-1].split(":", 1)[0].rstrip(".").lower()


def is_public(host: str) -> bool:
    """Whether the host is the platform's own."""
    return bare(host) in {settings.PUBLIC_HOST, "localhost", "127.0.0.1", "testserver"}


def studio_of(host: str) -> Any:
    """Return the studio of a host; its row comes from the cache where it can.

    Raises UnknownHost where no open studio has the domain (that answer is cached as well).
    """
    name = bare(host)
    studio = remember(("host", name), lambda: _ask(name), seconds=settings.HOST_SECONDS)
    if studio == UNKNOWN:
        raise UnknownHost(name)
    return studio


def _ask(name: str) -> Any:
    cache = caches["platform"]
    studio = cache.get(_key(name))
    if studio is None:
        model = get_tenant_domain_model()
        row = model.objects.select_related("tenant__organization").filter(domain=name).first()
        studio = row.tenant if row and row.tenant.answers else UNKNOWN
        cache.set(_key(name), studio, DOMAIN_SECONDS if studio != UNKNOWN else 20)
    return studio


def studio_by_id(studio_id: UUID | str) -> Any:
    """Return a studio's row by id, from the cache where it can; raise UnknownHost where it is gone."""
    cache = caches["platform"]
    key = f"studio:{studio_id}"
    studio = cache.get(key)
    if studio is None:
        studio = get_tenant_model().objects.select_related("organization").filter(pk=studio_id).first()
        if studio is None:
            raise UnknownHost(str(studio_id))
        cache.set(key, studio, DOMAIN_SECONDS)
    return studio


def forget(*domains: str, studio_id: UUID | None = None) -> None:
    """Drop cached domains (and a studio's cached row); called by whatever changes either."""
    memo.forget(*(("host", bare(domain)) for domain in domains))
    keys = [_key(bare(domain)) for domain in domains]
    if studio_id:
        keys.append(f"studio:{studio_id}")
    caches["platform"].delete_many(keys)
