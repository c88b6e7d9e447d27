"""Registration numbers, as they are typed and as they are printed."""

import re

from stdnum.ca import bn
from stdnum.exceptions import ValidationError

from billing.tax.errors import TaxError, TaxErrorCode

_GST_HST = re.compile(r"[0-9]{9}RT[0-9]{4}", re.ASCII)
_QST = re.compile(r"[0-9]{10}TQ[0-9]{4}", re.ASCII)


def clean_gst_hst_number(text: str) -> str:
    """Return a GST/HST number without spaces and dashes: nine digits (Luhn), RT, four digits.

    Raises TaxError for anything else. Source: CRA, business number and program accounts.
    """
    number = _compact(text)
    try:
        bn.validate(number)
    except ValidationError as error:
        raise _bad_gst_hst_number(text) from error
    if not _GST_HST.fullmatch(number):
        raise _bad_gst_hst_number(text)
    return number


def clean_qst_number(text: str) -> str:
    """Return a QST number without spaces and dashes: ten digits, TQ, four digits.

    Raises TaxError for anything else. Only the form is checked: Revenu Québec publishes no check digit. Source: Revenu
    Québec, QST registration number.
    """
    number = _compact(text)
    if not _QST.fullmatch(number):
        raise TaxError(
            TaxErrorCode.BAD_QST_NUMBER,
            f"{text!r} is not a QST number: ten digits, TQ and four digits, such as 1234567890 TQ0001.",
        )
    return number


def print_number(number: str) -> str:
    """Return a cleaned number of either kind as it is printed: 123456782 RT0001."""
    return f"{number[:-6]} {number[-6:]}"


def _compact(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


def _bad_gst_hst_number(text: str) -> TaxError:
    return TaxError(
        TaxErrorCode.BAD_GST_HST_NUMBER,
        f"{text!r} is not a GST/HST number: nine digits with a valid check digit, RT and four digits, such as "
        "123456782 RT0001.",
    )
