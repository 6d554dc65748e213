"""Settings of the Django project; all that a person can choose comes from `options`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.utils.functional import lazy

from tomau.server.home import database_file, files_folder, secret_key, upload_folder
from tomau.server.options import Options, read_options

OPTIONS = read_options()
PACKAGE = Path(__file__).resolve().parent
PAGE_FOLDER = PACKAGE / "static_page"

DEBUG = False
# Read when it is first needed, so that looking at the settings writes nothing.
SECRET_KEY = lazy(lambda: secret_key(OPTIONS.home), str)()
ALLOWED_HOSTS = OPTIONS.host_names
ROOT_URLCONF = "tomau.server.urls"
WSGI_APPLICATION = "tomau.server.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "tomau.server.accounts",
    "tomau.server.photos",
    "tomau.server.jobs",
    "tomau.server.survey",
]

MIDDLEWARE = [
    "tomau.server.metrics.CountRequests",
    "tomau.server.middleware.RequestLimits",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["csp.context_processors.nonce"]},
    }
]


def _database() -> dict[str, Any]:
    """PostgreSQL where a URL asks for it, else SQLite with a write-ahead log."""
    if OPTIONS.database_url:
        return dict(
            dj_database_url.parse(OPTIONS.database_url, conn_max_age=60, conn_health_checks=True)
        )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": database_file(OPTIONS.home),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 20,
            # A transaction that reads and then writes must not find that another one wrote.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


DATABASES = {"default": _database()}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def file_storage(options: Options) -> dict[str, Any]:
    """A bucket where one is named, else a folder."""
    if options.s3_bucket:
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": options.s3_bucket,
                "endpoint_url": options.s3_endpoint or None,
                "file_overwrite": True,
                "default_acl": "private",
            },
        }
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": files_folder(options.home),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


STORAGES = {
    "default": file_storage(OPTIONS),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = upload_folder(OPTIONS.home)
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000  # of what is no file: JSON, form fields
DATA_UPLOAD_MAX_NUMBER_FILES = 20
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_ROOT = PAGE_FOLDER if PAGE_FOLDER.is_dir() else None

# Cookies, headers
SESSION_COOKIE_NAME = "tomau_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = OPTIONS.is_https
CSRF_COOKIE_SECURE = OPTIONS.is_https
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tomau.server.errors.csrf_failed"
CSRF_TRUSTED_ORIGINS = [OPTIONS.public_url.rstrip("/")] if OPTIONS.public_url else []
SECURE_SSL_REDIRECT = OPTIONS.is_https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OPTIONS.is_https else None
SECURE_HSTS_SECONDS = 31_536_000 if OPTIONS.is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = OPTIONS.is_https
SECURE_HSTS_PRELOAD = OPTIONS.is_https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# In single mode there is nobody to be protected from but oneself.
_RATES = {
    "login": "10/min",
    "upload": "240/min",
    "colorize": "240/min",
    "preview": "1200/min",
    "user": "3000/min",
    "anon": "600/min",
    "rater": "600/min",
    "raters": "6000/min",  # those of one address that have no cookie yet: a whole school
}
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tomau.server.accounts.authentication.Person"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tomau.server.negotiation.OneKind",
    "DEFAULT_PAGINATION_CLASS": "tomau.server.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["tomau.server.throttling.PersonThrottle"],
    "DEFAULT_THROTTLE_RATES": _RATES,
    # Of X-Forwarded-For only what the proxy itself wrote tells whose address it is.
    "NUM_PROXIES": 1 if OPTIONS.public_url else 0,
    "EXCEPTION_HANDLER": "tomau.server.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "tomau",
    "DESCRIPTION": "Colourizes black-and-white photographs and keeps their own luminance exactly.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "tomau.server.photos.models.Photo.Kind",
        "SurveyModeEnum": "tomau.server.survey.serializers.MODES",
        "PictureKindEnum": "tomau.server.survey.serializers.KINDS",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "unforeseen": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: record.exc_info is not None,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        # What a client did wrong is told to the client, and that the server is busy too.
        "django.request": {"level": "ERROR", "filters": ["unforeseen"]},
        "django_tasks": {"level": "ERROR"},
        "django_tasks_db": {"level": "ERROR"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
