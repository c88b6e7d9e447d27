from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from billing import api
from billing.views import invoices, invoicing, prices

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = []
studio: list[URLPattern | URLResolver] = [
    path("invoices/", invoices.invoice_list, name="invoice_list"),
    path("invoices/new/", invoicing.invoicing, name="invoicing"),
    path("invoices/runs/", invoicing.invoicing_start, name="invoicing_start"),
    path("invoices/runs/<uuid:run_id>/", invoicing.invoice_run, name="invoice_run"),
    path(
        "invoices/runs/<uuid:run_id>/progress/", invoicing.invoice_run_progress, name="invoice_run_progress"
    ),
    path("invoices/settings/", prices.billing_settings, name="billing_settings"),
    path("invoices/<uuid:invoice_id>/", invoices.invoice_detail, name="invoice_detail"),
    path("invoices/<uuid:invoice_id>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("invoices/<uuid:invoice_id>/payments/", invoices.payment_record, name="payment_record"),
    path("invoices/<uuid:invoice_id>/credit/", invoices.invoice_credit, name="invoice_credit"),
    path("invoices/<uuid:invoice_id>/mail/", invoices.invoice_mail, name="invoice_mail"),
    path("payments/<uuid:payment_id>/refund/", invoices.payment_refund, name="payment_refund"),
    path("payments/<uuid:payment_id>/undo/", invoices.payment_undo, name="payment_undo"),
    path("prices/", prices.price_list, name="price_list"),
    path("prices/add/", prices.service_new, name="service_new"),
    path("prices/<uuid:service_id>/", prices.service_edit, name="service_edit"),
    path("prices/<uuid:service_id>/retire/", prices.service_retire, name="service_retire"),
    path("prices/<uuid:service_id>/offer/", prices.service_offer, name="service_offer"),
]
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
