"""Canadian sales tax: pure functions over dated tables of facts. `docs/tax.md` tells how it is decided.

Nothing here knows Django, a model or a clock: every date, province and registration is an argument.
"""

from billing.tax.disclosure import Item, required_on_invoice
from billing.tax.errors import TaxError, TaxErrorCode
from billing.tax.numbers import clean_gst_hst_number, clean_qst_number, print_number
from billing.tax.place import Supply, place_of_supply
from billing.tax.quote import LineQuote, Quote, Rounding, TaxableLine, TaxAmount, Totals, quote
from billing.tax.rates import Rate, Tax, find_province, levies_on, provinces, rate_on
from billing.tax.small_supplier import SmallSupplierStatus, TaxableSupply, small_supplier_status
from billing.tax.tax_point import tax_point
from billing.tax.taxability import Licence, Purpose, Treatment, categories, category_codes

__all__ = [
    "Item",
    "Licence",
    "LineQuote",
    "Purpose",
    "Quote",
    "Rate",
    "Rounding",
    "SmallSupplierStatus",
    "Supply",
    "Tax",
    "TaxAmount",
    "TaxError",
    "TaxErrorCode",
    "TaxableLine",
    "TaxableSupply",
    "Totals",
    "Treatment",
    "categories",
    "category_codes",
    "clean_gst_hst_number",
    "clean_qst_number",
    "find_province",
    "levies_on",
    "place_of_supply",
    "print_number",
    "provinces",
    "quote",
    "rate_on",
    "required_on_invoice",
    "small_supplier_status",
    "tax_point",
]
