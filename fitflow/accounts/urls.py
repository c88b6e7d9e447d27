from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.account.urls")),
    path("account/", include("allauth.mfa.urls")),
]
studio: list[URLPattern | URLResolver] = []
public_api: list[URLPattern | URLResolver] = []
studio_api: list[URLPattern | URLResolver] = []
