"""The tax point: the day whose rates apply."""

from datetime import date, datetime, tzinfo

from billing.tax.errors import TaxError, TaxErrorCode
from billing.tax.tables import check_day


def tax_point(*, paid_at: datetime | None, due_on: date | None, zone: tzinfo) -> date:
    """Return the earlier of the day the amount is paid and the day it becomes due.

    `paid_at` is an aware instant, read in `zone`, the time zone of the place of supply; `due_on` is already a day
    there. The day of the session does not matter. Raises TaxError when neither is given or `paid_at` has no zone.

    Source: Excise Tax Act s. 168(1); Nova Scotia's change of 2025-04-01 as explained by dmainc.com.
    """
    if due_on is not None:
        check_day(due_on)
    if paid_at is not None and paid_at.tzinfo is None:
        raise TaxError(TaxErrorCode.BAD_DATE, "The time of payment needs a time zone.")
    paid_on = paid_at.astimezone(zone).date() if paid_at is not None else None
    days = [known for known in (paid_on, due_on) if known is not None]
    if not days:
        raise TaxError(TaxErrorCode.BAD_DATE, "An amount has a tax point once it is paid or due.")
    return min(days)
