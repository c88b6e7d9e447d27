from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any, cast

from django.db import transaction

from billing.models import BillingSettings
from billing.policies import require_billing
from billing.tax import TaxError, clean_gst_hst_number, clean_qst_number, levies_on
from fitflow.core.clock import today
from fitflow.core.errors import Invalid
from fitflow.tenancy.context import current_studio
from studios.models import Location
from studios.services import record_event
from studios.shared.models import Studio
from studios.shared.policies import Actor

EDITABLE = frozenset(
    {
        "legal_name",
        "street",
        "city",
        "province",
        "postal_code",
        "email",
        "phone",
        "invoice_prefix",
        "terms_days",
        "gst_registered",
        "gst_number",
        "qst_registered",
        "qst_number",
        "pst_registered",
        "pst_number",
        "rounding",
        "e_transfer_email",
        "payment_instructions",
        "paper",
    }
)
CLEANERS = {"gst_number": clean_gst_hst_number, "qst_number": clean_qst_number}


def this_studio() -> Studio:
    """Return the studio that was entered; raises RuntimeError on the public schema."""
    studio = current_studio()
    if studio is None:
        raise RuntimeError("Billing works inside a studio.")
    return cast(Studio, studio)


def studio_today() -> date:
    """Return today's date in the studio's zone: the day its documents are dated by."""
    return today(this_studio().timezone)


def billing_settings() -> BillingSettings:
    """Return how this studio invoices; made from what is known of the studio the first time it is asked for."""
    found = BillingSettings.objects.first()
    if found is None:
        found, _ = BillingSettings.objects.get_or_create(only=True, defaults=_defaults(this_studio()))
    return found


def save_billing_settings(*, actor: Actor, **fields: Any) -> BillingSettings:
    """Change how the studio invoices from the next invoice on; issued ones keep what they printed.

    `fields` are those of BillingSettings. Raises NotPermitted, Invalid for a registration number that cannot be one
    (its `field` says which), ValidationError for anything else, TypeError for a name that is no field.
    """
    require_billing(actor)
    if unknown := set(fields) - EDITABLE:
        raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
    row = billing_settings()
    with transaction.atomic():
        row = BillingSettings.objects.select_for_update().get(pk=row.pk)
        before = {name: getattr(row, name) for name in fields}
        for name, value in fields.items():
            setattr(row, name, _clean(name, value))
        row.full_clean()
        row.save(update_fields=list(fields))
        changed = sorted(name for name in fields if getattr(row, name) != before[name])
        record_event(actor=actor, action="billing_settings.changed", subject=row, fields=", ".join(changed))
    return row


def _clean(name: str, value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else value
    if name == "invoice_prefix" and isinstance(text, str):
        return text.upper()
    if name in CLEANERS and text:
        try:
            return CLEANERS[name](text)
        except TaxError as error:
            raise Invalid(str(error), field=name) from error
    return text


def _defaults(studio: Studio) -> dict[str, Any]:
    place = Location.objects.filter(province=studio.province).order_by("created_at", "id").first()
    levied = {levy.tax.value for levy in levies_on(province=studio.province, on=today(studio.timezone))}
    return {
        "legal_name": studio.name,
        "province": studio.province,
        "street": place.street if place else "",
        "city": place.city if place else "",
        "postal_code": place.postal_code if place else "",
        "invoice_prefix": prefix_of(studio.name),
        "qst_registered": "QST" in levied,
        "pst_registered": bool(levied & {"PST", "RST"}),
    }


def prefix_of(name: str) -> str:
    """Return what a studio's invoice numbers begin with: the initials of its name (`Lotus Yoga` gives `LY`)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.findall(r"[A-Z0-9]+", plain)
    letters = "".join(word[0] for word in words) if len(words) > 1 else "".join(words)[:2]
    return letters[:4] or "INV"
