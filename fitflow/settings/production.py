"""Production: nothing has a default that would be unsafe; fitflow.core.checks refuses demo accounts and weak keys."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from fitflow.settings import env
from fitflow.settings.base import *  # noqa: F403
from fitflow.settings.base import PUBLIC_HOST, STORAGES

DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
if SECRET_KEY.startswith("insecure-") or len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must be a long random string of its own in production.")
if env.flag("DEBUG"):
    raise ImproperlyConfigured("DEBUG has no place in production.")
FIELD_KEYS = env.words("FIELD_KEYS")
if not FIELD_KEYS or any(key.startswith("demo:") for key in FIELD_KEYS):
    raise ImproperlyConfigured("FIELD_KEYS must hold keys of your own in production.")
env.text("DATABASE_URL")
env.text("REDIS_URL")

PUBLIC_SCHEME = "https"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
CSRF_TRUSTED_ORIGINS = [f"https://{PUBLIC_HOST}", f"https://*.{PUBLIC_HOST}"]
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Secure-fitflow_session"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
