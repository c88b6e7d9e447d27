from billing.services.credits import credit_invoice
from billing.services.documents import document_of, pdf_of, send_invoice_again, store_pdf
from billing.services.payments import left_of, record_payment, refund_payment, undo_payment
from billing.services.runs import (
    Preview,
    advance_invoice_run,
    check_period,
    give_up_run,
    preview_invoices,
    request_invoice_run,
)
from billing.services.settings import billing_settings, save_billing_settings, studio_today

__all__ = [
    "Preview",
    "advance_invoice_run",
    "billing_settings",
    "check_period",
    "credit_invoice",
    "document_of",
    "give_up_run",
    "left_of",
    "pdf_of",
    "preview_invoices",
    "record_payment",
    "refund_payment",
    "request_invoice_run",
    "save_billing_settings",
    "send_invoice_again",
    "store_pdf",
    "studio_today",
    "undo_payment",
]
