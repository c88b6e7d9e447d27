"""The one exception of the tax engine."""

from enum import StrEnum


class TaxErrorCode(StrEnum):
    """Why the engine refuses; stable words for the API and for tests."""

    UNKNOWN_PROVINCE = "unknown_province"
    UNKNOWN_CATEGORY = "unknown_category"
    NO_RATE = "no_rate"
    NO_RULE = "no_rule"
    BAD_DATE = "bad_date"
    AMOUNT_NOT_DECIMAL = "amount_not_decimal"
    AMOUNT_NOT_FINITE = "amount_not_finite"
    AMOUNT_TOO_LARGE = "amount_too_large"
    TOO_MANY_DECIMALS = "too_many_decimals"
    BAD_ROW = "bad_row"
    PLACE_UNKNOWN = "place_unknown"
    BAD_GST_HST_NUMBER = "bad_gst_hst_number"
    BAD_QST_NUMBER = "bad_qst_number"


class TaxError(ValueError):
    """A tax question that has no sure answer.

    `code` says why in a stable word, `str(error)` says it in a sentence, and `line` is the position (from 0)
    of the offending line of a quote, None when no single line is at fault.
    """

    def __init__(self, code: TaxErrorCode, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
