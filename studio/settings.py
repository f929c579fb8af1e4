"""Every setting of the studio, in the order a reader needs: where things lie, who may come in, what runs.

Values come from the environment or from a `.env` file beside `manage.py`. A bad value raises
`ImproperlyConfigured` with one plain sentence, which `start` prints before it leaves with exit code 2.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from studio.databases import read_database
from studio.environment import BASE_DIR, env, switch, web_address, whole_number
from studio.secret import read_or_make_secret_key
from studio.storage import read_bucket

# Django's forms, admins and paginators are generic for the type checker only; this makes the same words run.
django_stubs_ext.monkeypatch()

# --- Where things lie -------------------------------------------------------------------------------------------------

DATA_DIR = Path(env.str("STUDIO_DATA_DIR", default="") or BASE_DIR / "data").expanduser().resolve()
DEBUG = switch("STUDIO_DEBUG")
# None: media lie in the data folder.
BUCKET = read_bucket(env.str("STUDIO_STORAGE_URL", default=""))
SECRET_KEY = env.str("STUDIO_SECRET_KEY", default="") or read_or_make_secret_key(DATA_DIR)

# --- Who may come in --------------------------------------------------------------------------------------------------

PUBLIC_URL = web_address("STUDIO_PUBLIC_URL")
_public = urlsplit(PUBLIC_URL)
_loopback_hosts = ["localhost", "127.0.0.1", "[::1]"]
_named_hosts = env.list("STUDIO_ALLOWED_HOSTS", default=[])
ALLOWED_HOSTS = _named_hosts or [*_loopback_hosts]
# Without a name to be called by, an address that other machines reach would answer none of them.
HAS_PUBLIC_NAME = bool(PUBLIC_URL or _named_hosts)
CSRF_TRUSTED_ORIGINS = env.list("STUDIO_CSRF_TRUSTED_ORIGINS", default=[])
if PUBLIC_URL:
    ALLOWED_HOSTS.append(str(_public.hostname))
    CSRF_TRUSTED_ORIGINS.append(f"{_public.scheme}://{_public.netloc}")
TRUSTED_PROXIES = whole_number("STUDIO_TRUSTED_PROXIES", default=0, minimum=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

IS_HTTPS = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
# Health probes, and a sandbox that reads its inputs, come over plain HTTP from the same machine.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^media/signed/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# Preloading is a promise about a whole domain, which only its owner can give.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if not IS_HTTPS:
    # Without a public https address nothing about TLS can be promised; with one, all of these are on.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

# Media come from the bucket itself, where there is one; nothing else ever comes from another host.
_bucket_origin = [BUCKET.origin] if BUCKET else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *_bucket_origin],
        "media-src": [SELF, "blob:", *_bucket_origin],
        "font-src": [SELF],
        "connect-src": [SELF, *_bucket_origin],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
}

# --- What runs --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts.apps.AccountsConfig",
    "generations.apps.GenerationsConfig",
    "studio.apps.StudioConfig",
    "accounts.apps.StudioAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_q",
]

MIDDLEWARE = [
    "studio.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonLocaleMiddleware",
    "studio.middleware.refuse_null_characters",
    "accounts.middleware.SessionRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionActivityMiddleware",
]

ROOT_URLCONF = "studio.urls"
WSGI_APPLICATION = "studio.wsgi.application"
ASGI_APPLICATION = "studio.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "studio.context_processors.studio",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "studio.templatetags.studio"],
        },
    },
]

# --- Database, cache, queue -------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="")
_database = read_database(
    env.str("DATABASE_URL", default=""), data_dir=DATA_DIR, is_web_process=switch("STUDIO_WEB_PROCESS")
)
DATABASES = {"default": _database}

CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        # Rate limits must hold in every process, so they live in the database, never in one process's memory.
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "studio_cache"}
    ),
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"

Q_CLUSTER: dict[str, Any] = {
    "name": "studio",
    "orm": "default",
    # The same tables, with queues of its own for each host.
    "broker_class": "generations.queueing.HostBroker",
    "workers": 2,
    "timeout": 300,
    "retry": 1200,
    "queue_limit": 1,
    "bulk": 1,
    "poll": 0.2,
    "guard_cycle": 0.5,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": -1,
    "recycle": 200,
    "catch_up": False,
    "label": _("Queue"),
    "ALT_CLUSTERS": {
        # One worker for the engine alone, so that no backlog of jobs can stand in front of it.
        "engine": {
            "workers": 1,
            "timeout": -1,
            "retry": 2_000_000_000,
            "queue_limit": 1,
            "bulk": 1,
            "poll": 0.2,
            "guard_cycle": 0.5,
            "ack_failures": True,
            "max_attempts": 1,
            "save_limit": -1,
            "recycle": 1,
            "catch_up": False,
            "scheduler": False,
        },
    },
}

# --- The gateway ------------------------------------------------------------------------------------------------------

GATEWAY_API_KEY = env.str("GATEWAY_API_KEY", default="").strip()
GATEWAY_URL = web_address("GATEWAY_URL", default="https://api.3hei.com").removesuffix("/v1")
# Where the sandbox answers; `start` sets it for the processes that it runs.
SANDBOX_URL = web_address("STUDIO_SANDBOX_URL", default="http://127.0.0.1:8100")
# Several hosts without a gateway key have to share one sandbox, which then runs by itself.
SANDBOX_IS_ELSEWHERE = bool(env.str("STUDIO_SANDBOX_URL", default=""))
# Where a gateway on this very machine, the sandbox above all, reads inputs; `start` sets it likewise.
LOCAL_URL = web_address("STUDIO_LOCAL_URL", default="http://127.0.0.1:8000")
SUBMIT_READ_SECONDS = 30
BLOCKING_SUBMIT_READ_SECONDS = whole_number("STUDIO_BLOCKING_SUBMIT_SECONDS", default=600, minimum=5)
POLL_READ_SECONDS = 8

# --- Files ------------------------------------------------------------------------------------------------------------

MAX_UPLOAD_MB = whole_number("STUDIO_MAX_UPLOAD_MB", default=200, minimum=1)
MAX_UPLOAD_BYTES = MAX_UPLOAD_MB * 1024 * 1024
TRASH_DAYS = whole_number("STUDIO_TRASH_DAYS", default=30, minimum=1)
STOP_SECONDS = whole_number("STUDIO_STOP_SECONDS", default=15, minimum=5)
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "tmp") if (DATA_DIR / "tmp").is_dir() else None
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 40

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(MEDIA_ROOT)}}
STORAGES = {
    "default": BUCKET.storage() if BUCKET else _files,
    "staticfiles": {"BACKEND": "studio.staticfiles.StudioStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# --- People -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "create"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
# One address a person; a new one replaces it when it has been confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
# Django ends all other sessions when a password changes; the one at hand goes on.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_FORMS = {
    "login": "accounts.package_forms.SignInForm",
    "change_password": "accounts.package_forms.ChangePasswordForm",
    "set_password": "accounts.package_forms.SetPasswordForm",
    "reset_password": "accounts.package_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.package_forms.ResetPasswordKeyForm",
    "add_email": "accounts.package_forms.AddEmailForm",
    "reauthenticate": "accounts.package_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "accounts.package_forms.AuthenticateForm",
    "reauthenticate": "accounts.package_forms.ReauthenticateByCodeForm",
    "activate_totp": "accounts.package_forms.ActivateTotpForm",
    "login_webauthn": "accounts.package_forms.SignInByPasskeyForm",
    "authenticate_webauthn": "accounts.package_forms.AuthenticateByPasskeyForm",
    "reauthenticate_webauthn": "accounts.package_forms.ReauthenticateByPasskeyForm",
    "add_webauthn": "accounts.package_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.package_forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Studio"
# One step of 30 s to either side, because phones and servers do not always agree on the time.
MFA_TOTP_TOLERANCE = 1
# Accounts are made by invitation, so nobody can lock a stranger's address by adding a second factor to it.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Passkeys need https, except on loopback names, where browsers and this switch allow plain http.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
# Seen-last times are noted by our own middleware, which does not write on every poll of every tab.
USERSESSIONS_TRACK_ACTIVITY = True
USERSESSIONS_ADAPTER = "accounts.adapters.SessionsAdapter"

try:
    EMAIL_CONFIG = env.email_url("STUDIO_EMAIL_URL", default="consolemail://")
except (ValueError, KeyError, ImproperlyConfigured):
    raise ImproperlyConfigured("STUDIO_EMAIL_URL cannot be read: write smtp+tls://user:password@host:587.") from None
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = f"studio@{_public.hostname or 'localhost'}"

# --- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "studio" / "locale"]
FORMAT_MODULE_PATH = "studio.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = env.str("STUDIO_TIME_ZONE", default="") or "UTC"
try:
    ZoneInfo(TIME_ZONE)
except (ValueError, OSError, KeyError):
    raise ImproperlyConfigured(f"STUDIO_TIME_ZONE must be a name such as Asia/Shanghai, not {TIME_ZONE!r}.") from None
CURRENCY = env.str("STUDIO_CURRENCY", default="CNY").upper()
# Who says so in the label of what a machine has made: see `generations.media.recipe.label`.
CONTENT_PRODUCER = env.str("STUDIO_CONTENT_PRODUCER", default="").strip()[:200] or _public.hostname or "studio"

# --- Logs -------------------------------------------------------------------------------------------------------------

LOG_FORMAT = env.str("STUDIO_LOG", default="text")
if LOG_FORMAT not in {"text", "json"}:
    raise ImproperlyConfigured(f"STUDIO_LOG must be text or json, not {LOG_FORMAT!r}.")
METRICS_TOKEN = env.str("STUDIO_METRICS_TOKEN", default="")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "studio.logs.RequestIdFilter"},
        "redact": {"()": "generations.gateway.redact.RedactFilter"},
    },
    "formatters": {
        "text": {"()": "studio.logs.TextFormatter"},
        "json": {"()": "studio.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request_id", "redact"],
            "formatter": LOG_FORMAT,
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "django-q": {"handlers": [], "level": "WARNING", "propagate": True},
        # httpx logs whole addresses, signed ones included.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
