from __future__ import annotations

from django.urls import URLPattern, URLResolver

from reporting.people import urls as people
from reporting.portal import urls as portal

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = []
studio: list[URLPattern | URLResolver] = [*portal.studio, *people.studio]
public_api: list[URLPattern | URLResolver] = []
studio_api: list[URLPattern | URLResolver] = []
