from billing.models.invoices import Invoice, InvoiceDocumentFile, InvoiceLine, InvoiceRun, InvoiceTax, LineTax
from billing.models.ledger import Account, Entry, Posting
from billing.models.payments import Payment, Refund
from billing.models.settings import BillingSettings, NumberSequence

__all__ = [
    "Account",
    "BillingSettings",
    "Entry",
    "Invoice",
    "InvoiceDocumentFile",
    "InvoiceLine",
    "InvoiceRun",
    "InvoiceTax",
    "LineTax",
    "NumberSequence",
    "Payment",
    "Posting",
    "Refund",
]
