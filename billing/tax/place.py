"""The place of supply: which province's tax a sale bears."""

from collections.abc import Collection
from enum import StrEnum

from billing.tax.errors import TaxError, TaxErrorCode
from billing.tax.rates import find_province


class Supply(StrEnum):
    """How a sale reaches the client."""

    IN_PERSON = "in_person"
    """at least 90 % of it in the client's presence; goods handed over count as well"""
    MEMBERSHIP = "membership"
    """the right to come to a studio: memberships and passes"""
    ONLINE = "online"


def place_of_supply(
    *,
    supply: Supply,
    performed_in: str | None = None,
    studio_provinces: Collection[str] = (),
    client_province: str | None = None,
) -> str:
    """Return the code of the province where a sale is made.

    In person: where it is performed. Membership: the province of the studio's one location (`studio_provinces` are
    those of all locations it gives access to). Online: the client's address. Raises TaxError when the fact that
    decides is missing, or when a membership spans provinces, which no rule held here settles.

    Source: CRA place-of-supply rules for personal services and memberships, as collected in November 2026.
    """
    if supply is Supply.IN_PERSON:
        return _known(performed_in, "A service in person needs the province it is performed in.")
    if supply is Supply.ONLINE:
        return _known(client_province, "An online service needs the province of the client's address.")
    distinct = set(studio_provinces)
    return _known(
        distinct.pop() if len(distinct) == 1 else None,
        "A membership needs locations of exactly one province.",
    )


def _known(province: str | None, otherwise: str) -> str:
    if not province:
        raise TaxError(TaxErrorCode.PLACE_UNKNOWN, otherwise)
    return find_province(province).code
