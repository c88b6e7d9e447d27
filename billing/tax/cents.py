"""Whole cents, and the one place where tax is rounded."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from billing.tax.errors import TaxError, TaxErrorCode

LARGEST_AMOUNT = Decimal("9999999999.99")
_LARGEST_MAGNITUDE = LARGEST_AMOUNT.adjusted()


def to_cents(amount: Decimal) -> int:
    """Return an amount of dollars as whole cents.

    Raises TaxError for anything but a finite Decimal of at most two decimals and ten digits before the point: a float
    has already lost the cent by the time it is seen here.
    """
    if not isinstance(amount, Decimal):
        raise TaxError(
            TaxErrorCode.AMOUNT_NOT_DECIMAL, f"An amount must be a Decimal, not {type(amount).__name__}."
        )
    if not amount.is_finite():
        raise TaxError(TaxErrorCode.AMOUNT_NOT_FINITE, f"{amount} is not an amount.")
    if amount.adjusted() > _LARGEST_MAGNITUDE:
        raise TaxError(TaxErrorCode.AMOUNT_TOO_LARGE, f"An amount may be at most {LARGEST_AMOUNT}.")
    # Below a millionth of a cent the exact ratio could have a denominator of any length.
    cents = Fraction(amount) * 100 if _has_few_decimals(amount) else None
    if cents is None or cents.denominator != 1:
        raise TaxError(TaxErrorCode.TOO_MANY_DECIMALS, f"{amount} has more than two decimals.")
    return cents.numerator


def _has_few_decimals(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -8


def to_amount(cents: int) -> Decimal:
    """Return whole cents as dollars with exactly two decimals."""
    return Decimal(cents).scaleb(-2)


def round_half_up(cents: Fraction) -> int:
    """Round to the whole cent, half a cent away from zero, so that a credit mirrors its invoice.

    Half a cent goes up: CRA, GST/HST rates and calculation (Excise Tax Act s. 165.2).
    """
    size = (2 * abs(cents.numerator) + cents.denominator) // (2 * cents.denominator)
    return size if cents >= 0 else -size


def apportion(total: int, shares: Sequence[Fraction], ranks: Sequence[str]) -> list[int]:
    """Split `total` cents over lines by largest remainder, so that the parts add up to it exactly.

    `shares` are the exact taxes of the lines, whose sum `total` was rounded from. Each part is within a cent of its
    share, a share of nothing gets nothing, and negated shares get the negated parts. Of equal remainders the lower
    rank comes first, then the earlier line.
    """
    parts = [_towards_zero(share) for share in shares]
    missing = total - sum(parts)
    step = 1 if missing >= 0 else -1
    neediest = sorted(
        range(len(shares)), key=lambda index: (step * (parts[index] - shares[index]), ranks[index], index)
    )
    for index in neediest[: abs(missing)]:
        parts[index] += step
    return parts


def _towards_zero(share: Fraction) -> int:
    size = abs(share.numerator) // share.denominator
    return size if share >= 0 else -size
