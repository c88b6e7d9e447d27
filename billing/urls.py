from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from billing import api

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = []
studio: list[URLPattern | URLResolver] = []
public_api: list[URLPattern | URLResolver] = []
studio_api: list[URLPattern | URLResolver] = [
    path("tax/quote", api.tax_quote, name="api_tax_quote"),
    path("invoice-runs/", api.invoice_runs, name="api_invoice_runs"),
    path("invoice-runs/<uuid:run_id>", api.invoice_run, name="api_invoice_run"),
    path("invoices/", api.invoices, name="api_invoices"),
    path("invoices/<uuid:invoice_id>/", api.invoice, name="api_invoice"),
    path("invoices/<uuid:invoice_id>/pdf", api.invoice_pdf, name="api_invoice_pdf"),
    path("invoices/<uuid:invoice_id>/payments", api.payments, name="api_payments"),
    path("invoices/<uuid:invoice_id>/credit-notes", api.credit_notes, name="api_credit_notes"),
    path("payments/<uuid:payment_id>/refunds", api.refunds, name="api_refunds"),
    path("portal/invoices", api.portal_invoices, name="api_portal_invoices"),
]
