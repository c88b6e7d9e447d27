from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from fitflow.accounts import api, views

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = [
    path("account/", views.security, name="account_security"),
    path("account/name/", views.change_name, name="account_name"),
    path("account/keys/", views.keys, name="account_keys"),
    path("account/keys/add/", views.add_key, name="account_key_add"),
    path("account/keys/<uuid:key_id>/revoke/", views.revoke_key, name="account_key_revoke"),
    path("account/", include("allauth.account.urls")),
    path("account/two-step/", include("allauth.mfa.urls")),
]
studio: list[URLPattern | URLResolver] = []
public_api: list[URLPattern | URLResolver] = [
    path("auth/register", api.register, name="api_register"),
    path("auth/login", api.login, name="api_login"),
    path("auth/mfa", api.mfa, name="api_mfa"),
    path("auth/refresh", api.refresh, name="api_refresh"),
    path("auth/logout", api.logout, name="api_logout"),
    path("me", api.me, name="api_me"),
]
studio_api: list[URLPattern | URLResolver] = [*public_api]
