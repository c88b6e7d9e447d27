from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reporting.portal import views

studio: list[URLPattern | URLResolver] = [
    path("", views.studio_home, name="studio_home"),
    path("portal/", views.portal_home, name="portal_home"),
    path("portal/sessions/", views.portal_sessions, name="portal_sessions"),
    path(
        "portal/sessions/<uuid:session_id>/session.ics", views.portal_session_ics, name="portal_session_ics"
    ),
    path("portal/invoices/", views.portal_invoices, name="portal_invoices"),
    path("portal/invoices/<uuid:invoice_id>/", views.portal_invoice, name="portal_invoice"),
    path("portal/invoices/<uuid:invoice_id>/pdf/", views.portal_invoice_pdf, name="portal_invoice_pdf"),
    path("portal/notes/", views.portal_notes, name="portal_notes"),
    path("portal/profile/", views.portal_profile, name="portal_profile"),
]
