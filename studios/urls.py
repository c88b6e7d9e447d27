from __future__ import annotations

from django.urls import URLPattern, URLResolver

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = []
studio: list[URLPattern | URLResolver] = []
public_api: list[URLPattern | URLResolver] = []
studio_api: list[URLPattern | URLResolver] = []
