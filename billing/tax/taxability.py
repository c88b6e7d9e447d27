"""Which taxes a sale bears: category, province, date, licence and purpose, all decided by dated rows.

`data/categories.csv` says what a category is, `data/exemptions.csv` under which conditions a health service is exempt and what
it is taxed as otherwise, `data/taxability.csv` which tax of which province a taxable category bears.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache

from billing.tax.errors import TaxError, TaxErrorCode
from billing.tax.rates import Levy, Tax, levies_on
from billing.tax.tables import Dated, day, in_force, read_table

ANYWHERE = "*"


class Treatment(StrEnum):
    """What the law makes of a sale."""

    TAXABLE = "taxable"
    EXEMPT = "exempt"
    NOT_A_SUPPLY = "not_a_supply"
    """money taken for a later sale: no revenue yet, and taxed when it is used"""


class Licence(StrEnum):
    """The standing of the professional on the day the service is given."""

    CURRENT = "current"
    LAPSED = "lapsed"
    """ended, suspended, not yet begun or never held"""

    @classmethod
    def on(cls, given_on: date, *, valid_from: date | None, valid_to: date | None) -> "Licence":
        """Return the standing on a day of a licence valid from one day to another, both included.

        Without a first day there is no licence; without a last day it has no end.
        """
        if valid_from is None or given_on < valid_from or (valid_to is not None and given_on > valid_to):
            return cls.LAPSED
        return cls.CURRENT


class Purpose(StrEnum):
    """What a health service is given for."""

    HEALTH = "health"
    COSMETIC = "cosmetic"
    REPORT = "report"
    """a report for an insurer or a lawyer"""


@dataclass(frozen=True, kw_only=True)
class Category:
    """One of the words a studio's services and goods carry."""

    code: str
    treatment: Treatment
    label: str


@dataclass(frozen=True, kw_only=True)
class Exemption(Dated):
    """The conditions under which a health service is exempt, and the category it is taxed as without them."""

    category: str
    licence: Licence
    purpose: Purpose
    otherwise: str


@dataclass(frozen=True, kw_only=True)
class TaxabilityRow(Dated):
    """Whether a taxable category bears a tax in a province during a period."""

    category: str
    province: str
    tax: Tax
    taxed: bool


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The taxes a sale bears; none unless it is taxable."""

    treatment: Treatment
    levies: tuple[Levy, ...]


@cache
def categories() -> dict[str, Category]:
    """Every category but the health professions, by code."""
    return {
        row["category"]: Category(
            code=row["category"], treatment=Treatment(row["treatment"]), label=row["label"]
        )
        for row in read_table("categories")
    }


@cache
def exemptions() -> dict[str, tuple[Exemption, ...]]:
    """The rows of `data/exemptions.csv` by category (`health:<profession>`)."""
    found: dict[str, tuple[Exemption, ...]] = {}
    for row in read_table("exemptions"):
        exemption = Exemption(
            category=row["category"],
            licence=Licence(row["licence"]),
            purpose=Purpose(row["purpose"]),
            otherwise=row["otherwise"],
            effective_from=day(row["effective_from"]),
            effective_to=day(row["effective_to"]),
        )
        found[exemption.category] = (*found.get(exemption.category, ()), exemption)
    return found


@cache
def taxability_rows() -> tuple[TaxabilityRow, ...]:
    """Every row of `data/taxability.csv`."""
    return tuple(
        TaxabilityRow(
            category=row["category"],
            province=row["province"],
            tax=Tax(row["tax"]),
            taxed={"yes": True, "no": False}[row["taxed"]],
            effective_from=day(row["effective_from"]),
            effective_to=day(row["effective_to"]),
        )
        for row in read_table("taxability")
    )


def category_codes() -> tuple[str, ...]:
    """Every word that may stand as a category, health professions included."""
    return (*categories(), *exemptions())


@lru_cache(maxsize=4096)
def decide(
    *,
    category: str,
    province: str,
    on: date,
    licence: Licence = Licence.CURRENT,
    purpose: Purpose = Purpose.HEALTH,
) -> Decision:
    """Decide which taxes a sale bears on its tax point.

    Licence and purpose matter to the health categories alone. A profession before its date of exemption, a licence
    that is not current, a cosmetic service and a report for an insurer or a lawyer are taxed as the category the
    row names. Raises TaxError for an unknown province or category, or when no row tells.

    Sources: Revenu Québec, health-care services; CRA Notice 335 (psychotherapists, 2024-06-20); acupuncturists and
    naturopaths from 2014-02-12.
    """
    levied = levies_on(province=province, on=on)
    kind = _category_taxed_as(category, on, licence, purpose)
    if kind is None:
        return Decision(treatment=Treatment.EXEMPT, levies=())
    if kind.treatment is not Treatment.TAXABLE:
        return Decision(treatment=kind.treatment, levies=())
    return Decision(
        treatment=Treatment.TAXABLE, levies=tuple(levy for levy in levied if _bears(kind, levy, on))
    )


def _category_taxed_as(category: str, on: date, licence: Licence, purpose: Purpose) -> Category | None:
    """Return the category whose rows apply, None when the sale is exempt."""
    rows = exemptions().get(category)
    if rows is None:
        return _find_category(category)
    met = (row for row in rows if row.licence == licence and row.purpose == purpose)
    return None if in_force(met, on) else _find_category(rows[0].otherwise)


def _find_category(code: str) -> Category:
    category = categories().get(code)
    if category is None:
        raise TaxError(
            TaxErrorCode.UNKNOWN_CATEGORY,
            f"{code!r} is not a tax category; use one of {', '.join(category_codes())}.",
        )
    return category


def _bears(category: Category, levy: Levy, on: date) -> bool:
    rows = (
        row
        for row in taxability_rows()
        if row.category == category.code and row.tax is levy.tax and row.province in (ANYWHERE, levy.province)
    )
    row = in_force(rows, on)
    if row is None:
        raise TaxError(
            TaxErrorCode.NO_RULE,
            f"Whether {levy.province} taxes {category.code} with {levy.tax} on {on} is not known.",
        )
    return row.taxed
