"""What every way of running FitFlow shares. Each variable read here stands in .env.example."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF  # noqa: F401  (NONCE is for pages that must load Stripe.js)

from fitflow.settings import env
from fitflow.settings.beat import CELERY_BEAT_SCHEDULE  # noqa: F401

BASE_DIR = Path(__file__).resolve().parent.parent.parent

SECRET_KEY = env.text("SECRET_KEY", "insecure-default-for-demo-and-tests-only")
DEBUG = False

# One host for the platform, one below it for each studio.
PUBLIC_HOST = env.text("PUBLIC_HOST", "fitflow.localhost")
PUBLIC_PORT = env.text("PUBLIC_PORT", "8000")
PUBLIC_SCHEME = env.text("PUBLIC_SCHEME", "http")
ALLOWED_HOSTS = [PUBLIC_HOST, f".{PUBLIC_HOST}", *env.words("EXTRA_ALLOWED_HOSTS")]

# A table of a shared app exists once, in `public`; every other table exists once per studio. No app is in both,
# and an app never moves from one list to the other: its migrations would be stranded.
SHARED_APPS = [
    "fitflow.tenancy",
    "fitflow.core",
    "fitflow.accounts",
    "studios.shared",
    "trainers.shared",
    "fitflow.admin",
    "django_tenants",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_celery_beat",
    "django_structlog",
    "django_htmx",
    "django_filters",
    "phonenumber_field",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "csp",
]
TENANT_APPS = ["studios", "clients", "notifications", "trainers", "billing", "reporting"]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]

TENANT_MODEL = "studios_shared.Studio"
TENANT_DOMAIN_MODEL = "studios_shared.Domain"
TENANT_LIMIT_SET_CALLS = True
TENANT_BASE_MIGRATE_COMMAND = "fitflow.tenancy.migrating.Command"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
PUBLIC_SCHEMA_URLCONF = ROOT_URLCONF = "fitflow.urls_public"
STUDIO_URLCONF = "fitflow.urls_studio"

# Identity (session, token) is settled as the login role, before the request enters its studio: a studio's own
# database role cannot read sessions, tokens or password hashes at all.
MIDDLEWARE = [
    "fitflow.core.probes.Probes",
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "fitflow.tenancy.middleware.StudioMiddleware",
    "fitflow.accounts.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "fitflow.accounts.middleware.SessionIdentity",
    "fitflow.accounts.middleware.SecondFactor",
    "fitflow.accounts.middleware.token_identity",
    "studios.shared.middleware.ActorMiddleware",
    "fitflow.core.middleware.PageMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fitflow.core.middleware.ErrorPages",
    "fitflow.tenancy.middleware.EnterStudioMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fitflow.core.context.site",
            ],
            "builtins": ["fitflow.core.templatetags.elements"],
        },
    }
]
FORM_RENDERER = "fitflow.core.forms_renderer.FitFlowRenderer"
WSGI_APPLICATION = "fitflow.wsgi.application"
ASGI_APPLICATION = "fitflow.asgi.application"

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.database("DATABASE_URL", "postgresql://fitflow@127.0.0.1/fitflow"),
        "ENGINE": "fitflow.tenancy.backend",
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
    }
}
DATABASES["default"]["OPTIONS"] |= {
    # psycopg never prepares by itself (Django writes the values into its statements), but does where it is asked to.
    "prepare_threshold": sys.maxsize,
    # What is prepared (and the triggers' statements) is planned once, not for each set of values: those plans are all of
    # index look-ups, and planning the timetable's costs as much as running it.
    "options": "-c plan_cache_mode=force_generic_plan",
    "pool": {
        "min_size": env.number("DATABASE_POOL_MIN", 1),
        "max_size": env.number("DATABASE_POOL_MAX", 20),
        "timeout": 10,
    },
}

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "fitflow.tenancy.cache.KeptRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "fitflow.tenancy.cache.studio_key",
        "KEY_PREFIX": f"ff-{DATABASES['default']['NAME']}",
    },
    # Rows about the platform itself: domains, throttles of the sign-in. Never holds a studio's data.
    "platform": {
        "BACKEND": "fitflow.tenancy.cache.KeptRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"ffp-{DATABASES['default']['NAME']}",
    },
}
SESSION_ENGINE = "fitflow.accounts.sessions"
SESSION_CACHE_ALIAS = "platform"
SESSION_COOKIE_NAME = "fitflow_session"
SESSION_COOKIE_DOMAIN = f".{PUBLIC_HOST}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "fitflow_csrf"
CSRF_COOKIE_DOMAIN = f".{PUBLIC_HOST}"
CSRF_FAILURE_VIEW = "fitflow.core.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [
    f"{PUBLIC_SCHEME}://*.{PUBLIC_HOST}:{PUBLIC_PORT}",
    f"{PUBLIC_SCHEME}://{PUBLIC_HOST}:{PUBLIC_PORT}",
]

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # redis-py 8 closes an idle blocking read after 5 s; the layer's own read blocks for as long.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 30}], "prefix": "ff"},
    }
}

# How often an open socket asks whether its person is still signed in and still works there.
LIVE_RECHECK_SECONDS = env.number("LIVE_RECHECK_SECONDS", 30)

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Two databases on one Redis: neither one's workers take the other's hints, nor answer its `celery inspect`.
    "global_keyprefix": f"ff-{DATABASES['default']['NAME']}:",
    "visibility_timeout": 600,
    # A page that has committed must not hang because its hint finds no broker, or one that keeps silent.
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# Hints for the outbox's lanes "live" and "mail" go to queues of their own: <this>-live and <this>-mail.
CELERY_TASK_DEFAULT_QUEUE = "fitflow"
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000  # KiB
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
# How long a killed relay keeps its rows from the others.
OUTBOX_LEASE_SECONDS = env.number("OUTBOX_LEASE_SECONDS", 60)

# Calendars elsewhere, which trainers subscribe: how long fetching one may take, and reading it (together less than the
# lease above). Hosts (names or addresses) that may be asked over plain http and in a private network: none, but for tests.
EXTERNAL_FETCH_SECONDS = env.number("EXTERNAL_FETCH_SECONDS", 15)
EXTERNAL_READ_SECONDS = env.number("EXTERNAL_READ_SECONDS", 30)
EXTERNAL_OPEN_HOSTS = env.words("EXTERNAL_OPEN_HOSTS")
# Calls of secret calendar addresses a minute, from one address.
CALENDAR_RATE = env.number("CALENDAR_RATE", 120)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
LOGOUT_REDIRECT_URL = "/"
# A link to a new password works this long.
PASSWORD_RESET_TIMEOUT = 4 * 3600
# How many proxies of ours stand in front: who asks is read that far from the end of X-Forwarded-For.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
# One line of log a request, when it is done; the address in it is bound by our own middleware, which knows the proxies.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_ADAPTER = "fitflow.accounts.adapter.AccountAdapter"
SIGN_IN_RATE = env.number("SIGN_IN_RATE", 30)
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {"login": f"{SIGN_IN_RATE}/m/ip"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_SCHEME
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "fitflow.accounts.forms.LoginForm",
    "signup": "fitflow.accounts.forms.SignupForm",
    "add_email": "fitflow.accounts.forms.AddEmailForm",
    "change_email": "fitflow.accounts.forms.ChangeEmailForm",
    "confirm_email_verification_code": "fitflow.accounts.forms.CodeForm",
    "change_password": "fitflow.accounts.forms.ChangePasswordForm",
    "set_password": "fitflow.accounts.forms.SetPasswordForm",
    "reset_password": "fitflow.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "fitflow.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "fitflow.accounts.forms.ReauthenticateForm",
}
MFA_ADAPTER = "fitflow.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "fitflow.accounts.forms.SecondFactorForm",
    "reauthenticate": "fitflow.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "fitflow.accounts.forms.ActivateTOTPForm",
}

# How many seconds a process may remember who a session's user is and her roles; which studio a host names.
IDENTITY_SECONDS = env.number("IDENTITY_SECONDS", 2)
HOST_SECONDS = env.number("HOST_SECONDS", 5)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["fitflow.core.api.identity.RequestIdentity"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["fitflow.core.api.io.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["fitflow.core.api.io.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "fitflow.core.api.io.OneFormat",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "fitflow.core.api.pages.CursorPages",
    "DEFAULT_THROTTLE_CLASSES": [
        "fitflow.core.api.throttles.AnonymousThrottle",
        "fitflow.core.api.throttles.SignedInThrottle",
    ],
    "EXCEPTION_HANDLER": "fitflow.core.api.errors.error_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
    "PAGE_SIZE": 20,
    "NUM_PROXIES": TRUSTED_PROXIES,
}
# Requests a minute: the sustained rate, and the burst that a quiet client may spend at once.
API_RATE_ANONYMOUS = env.number("API_RATE_ANONYMOUS", 20)
API_RATE_SIGNED_IN = env.number("API_RATE_SIGNED_IN", 100)
API_ACCESS_MINUTES = 15
API_REFRESH_DAYS = 7
SPECTACULAR_SETTINGS = {
    "TITLE": "FitFlow API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "SessionStatus": "trainers.models.Session.Status",
        "BookingStatus": "trainers.models.Booking.Status",
    },
}

LANGUAGE_CODE = "en-ca"
TIME_ZONE = "America/Toronto"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Documents of studios go through fitflow.tenancy.storage, which prefixes the studio's folder.
S3_BUCKET = env.text("S3_BUCKET", "")
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / ".local" / "media")))
STORAGES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "fitflow.tenancy.storage.StudioS3Storage",
            "OPTIONS": {
                "bucket_name": S3_BUCKET,
                "endpoint_url": env.text("S3_ENDPOINT_URL", "") or None,
                "region_name": env.text("S3_REGION", "ca-central-1"),
                "default_acl": None,
                "querystring_auth": True,
                "file_overwrite": True,
            },
        }
        if S3_BUCKET
        else {
            "BACKEND": "fitflow.tenancy.storage.StudioFileStorage",
            "OPTIONS": {"location": str(MEDIA_ROOT)},
        }
    ),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

EMAIL_BACKEND = "notifications.email.smtp.SmtpBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"FitFlow <no-reply@{PUBLIC_HOST}>")

# Keys of the encrypted fields, newest first: `id:base64-of-32-bytes`, comma-separated. The first one encrypts.
FIELD_KEYS = env.words("FIELD_KEYS", "demo:Zml0Zmxvdy1kZW1vLWtleS0wMDAwMDAwMDAwMDAwMDA=")
# Values sealed before they were bound to their rows still open. Off once `reseal_fields` says that none is left.
FIELD_READ_UNBOUND = env.flag("FIELD_READ_UNBOUND", True)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [
            SELF,
            f"{PUBLIC_SCHEME}://{PUBLIC_HOST}:{PUBLIC_PORT}",
            f"{PUBLIC_SCHEME}://*.{PUBLIC_HOST}:{PUBLIC_PORT}",
        ],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Studios and the platform are origins of their own: with "same-origin" a browser hides the Origin of the sign-out form
# on a studio's page, and the CSRF check refuses it.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # the preview of a series sends three for each of its 400 sessions
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []

SENTRY_DSN = env.text("SENTRY_DSN", "")
RELEASE = env.text("RELEASE", "dev")
# Whether browsers keep the page for no network (docs/session-board.md); false takes it away from those that have it.
OFFLINE_PAGE = env.flag("OFFLINE_PAGE", True)
DEMO = False

from fitflow.settings.admin import FORMAT_MODULE_PATH, UNFOLD  # noqa: E402, F401
from fitflow.settings.logs import LOGGING, start_sentry  # noqa: E402, F401

start_sentry(SENTRY_DSN, RELEASE)
