from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reporting import views
from reporting.people import urls as people
from reporting.portal import urls as portal

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = []
studio: list[URLPattern | URLResolver] = [
    *portal.studio,
    *people.studio,
    path("today/", views.today, name="today"),
    path("today/sessions/", views.today_sessions, name="today_sessions"),
    path("reports/", views.reports, name="reports"),
    path("reports/all.zip", views.reports_zip, name="reports_zip"),
    path("reports/<slug:slug>.csv", views.report_csv, name="report_csv"),
]
public_api: list[URLPattern | URLResolver] = []
studio_api: list[URLPattern | URLResolver] = []
