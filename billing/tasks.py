from __future__ import annotations

from billing import services
from fitflow.core import outbox
from fitflow.core.models import OutboxMessage


@outbox.subscribe("invoice_run.requested", lane="work")
def carry_on_run(message: OutboxMessage) -> None:
    """Invoice the run's clients for a while; what is left comes in a message of its own.

    When even the last attempt fails, the run says so.
    """
    try:
        services.advance_invoice_run(run_id=message.ids["run"])
    except Exception:
        if message.attempts >= outbox.MAX_ATTEMPTS:
            services.give_up_run(run_id=message.ids["run"])
        raise


@outbox.subscribe("invoice.issued", lane="work")
def keep_pdf(message: OutboxMessage) -> None:
    """Print the document and store it."""
    services.store_pdf(invoice_id=message.ids["invoice"])
