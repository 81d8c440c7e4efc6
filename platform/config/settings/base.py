"""What every way of running shares. The values that differ come from the environment (env.py)."""

from pathlib import Path

import django

from config.settings import env
from config.settings.content_types import CONTENT_TYPES as CONTENT_TYPES

ROOT = Path(__file__).resolve().parents[3]
# Studio uses the pages of Django's admin without installing it, which would bring a table and a sign-in of its own.
ADMIN = Path(django.__file__).parent / "contrib" / "admin"

BASE_DOMAIN = env.read("BASE_DOMAIN")
PORT = int(env.read("PORT"))
ENVIRONMENT = env.read("ENVIRONMENT")
DEBUG = False
ALLOWED_HOSTS = [BASE_DOMAIN, f".{BASE_DOMAIN}"]

# Apps: each is wholly public or wholly tenant; the only table in both is django_migrations.
SHARED_APPS = [
    "django_tenants",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "tenants",
    "kernel.jobs",
    "audit.platform",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
TENANT_APPS = [
    "tenants.access",
    "kernel.records",
    "audit",
    "catalog",
    "campaigns",
]
INSTALLED_APPS = [
    *SHARED_APPS,
    *TENANT_APPS,
    "auditlog",
    "guardian",
    "kernel.postgres.QuietPostgres",
    "kernel.http",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "console",
    "ops",
]
TENANT_MODEL = "tenants.Organization"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_DB_ALIAS = "owner"
# The owner's connection sends its search_path when the schema changes, not before every statement.
TENANT_LIMIT_SET_CALLS = True
TENANT_DB_ROLES = env.read_switch("TENANT_DB_ROLES")
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
# These two packages bring models of which ours take the place; their own get no table.
MIGRATION_MODULES = {"auditlog": None, "guardian": None}
TENANT_TIMEOUTS = {
    "request": {
        "statement_timeout": "10s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
    },
    "job": {
        "statement_timeout": "10min",
        "lock_timeout": "30s",
        "idle_in_transaction_session_timeout": "5min",
    },
}
API_PERMISSION_CHECK = "tenants.access.resolver.require_some"
API_SCOPES = "config.api.scopes"
JOBS_ACTOR_RESOLVER = "tenants.actors.job_actor"
DEFAULT_FROM_EMAIL = f"Campaign Builder <no-reply@{BASE_DOMAIN}>"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tenants.User"
# W004: the e-mail is unique without regard to case, by a constraint on Lower("email") that the check does not know.
# guardian.W001: its backend is there as our subclass.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "guardian.W001"]
AUTHENTICATION_BACKENDS = ["tenants.authentication.Backend", "tenants.access.backend.Backend"]
ANONYMOUS_USER_NAME = None
GUARDIAN_GROUP_OBJ_PERMS_MODEL = "access.TeamObjectPermission"
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

AUDITLOG_LOGENTRY_MODEL = "audit.Entry"
AUDITLOG_STORE_JSON_CHANGES = True

MIDDLEWARE = [
    "kernel.http.request_id.RequestIdMiddleware",
    "kernel.health.HealthMiddleware",
    "kernel.http.head.HeadMiddleware",
    "kernel.http.problem.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "tenants.doors.host.HostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tenants.doors.person.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.doors.transaction.TransactionMiddleware",
    "console.errors.ErrorPageMiddleware",
]
ROOT_URLCONF = "config.urls_public"
HOST_URLCONFS = {"base": "config.urls_public", "ops": "config.urls_ops", "tenant": "config.urls"}
WSGI_APPLICATION = "config.wsgi.application"
API = "config.api.api"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "console" / "templates", ADMIN / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {
                name: f"django.contrib.admin.templatetags.{name}"
                for name in ("admin_filters", "admin_list", "admin_modify", "admin_urls", "log")
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "console.context.console",
            ],
        },
    }
]

SESSION_ENGINE = "tenants.signin.sessions"
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "console.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "media-src": ["'self'"],
    "connect-src": ["'self'"],
    # Sign-in hands over to the organization's host by a redirect after a form, which this directive covers too.
    "form-action": ["'self'", f"http://{BASE_DOMAIN}:*", f"http://*.{BASE_DOMAIN}:*"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / ".data" / "static"
STATICFILES_DIRS = [("admin", ADMIN / "static" / "admin")]
DEMO_ACCOUNTS: list[dict[str, str]] = []
STORAGES = {
    "default": {"BACKEND": "kernel.storage.PrivateStorage"},
    "assets": env.asset_storage(env.read("ASSET_STORAGE_URL")),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "console.uploads.Limit",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
MAX_DUMP_BYTES = 512 * 1024 * 1024
MAX_PICTURE_BYTES = 5 * 1024 * 1024
# What an asset may have, by kind; pixels are counted before a picture is decoded, those of all its frames together.
MAX_ASSET_BYTES = {
    "image": 25 * 1024 * 1024,
    "video": 100 * 1024 * 1024,
    "document": 25 * 1024 * 1024,
    "font": 5 * 1024 * 1024,
    "text": 1024 * 1024,
}
MAX_SVG_BYTES = 2 * 1024 * 1024
MAX_ASSET_PIXELS = 40_000_000
MAX_CHUNK_BYTES = 8 * 1024 * 1024

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "tenants.authentication.Adapter"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_TIMEOUT = 600
MFA_ADAPTER = "tenants.signin.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Campaign Builder"
MFA_TOTP_TOLERANCE = 1
ALLAUTH_TRUSTED_PROXY_COUNT = env.read_count("TRUSTED_PROXIES")
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "second_factor_failed": "10/m/ip,5/5m/key",
    "find_organization": "10/m/ip,3/10m/key",
    "accept_invitation": "20/m/ip",
    "reset_password": "10/m/ip,3/10m/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_password": "20/m/ip,5/5m/key",
    "confirm_email_change": "20/m/ip",
    "picture": "10/m/ip,5/m/key",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "kernel.observability.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # RQ tells each job's story four times; ours tells it once, with the job's id and kind.
    "loggers": {"rq.worker": {"level": "WARNING"}},
}


def use_servers(database_url: str, owner_url: str, cache_url: str, queue_url: str) -> dict[str, object]:
    """Return the settings that name the servers; each profile spreads them into its globals."""
    return {
        "DATABASES": {
            "default": env.database(database_url, "kernel.tenancy.backend")
            | {"CONN_MAX_AGE": None, "TEST": {"MIGRATE": False}},
            "owner": env.database(owner_url, "kernel.tenancy.owner"),
        },
        "CACHES": {
            "default": {
                "BACKEND": "kernel.cache.backend.RedisWithFallback",
                "LOCATION": cache_url,
                "OPTIONS": {"fallback_table": "kernel_cache_fallback"},
            }
        },
        "REDIS_URL": cache_url,
        "REDIS_QUEUE_URL": queue_url,
    }
