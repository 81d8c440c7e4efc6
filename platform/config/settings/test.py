"""Tests: real PostgreSQL and Valkey from the test runner, everything else as in production."""

import os

from config.settings import env
from config.settings.base import *  # noqa: F403
from config.settings.base import ROOT, use_servers

SECRET_KEY = "tests-only-key-that-signs-nothing-of-value"  # noqa: S105
ENCRYPTION_KEYS = ["tests-only-key-that-hides-nothing-of-value"]
ENVIRONMENT = "test"
# Test processes that run side by side share the servers, but no database on them. What they start inherits theirs.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if os.environ.get("REDIS_URLS_OF", "") != WORKER:
    for _name in ("REDIS_URL", "REDIS_QUEUE_URL"):
        os.environ[_name] = env.own_redis(os.environ[_name], WORKER)
    os.environ["REDIS_URLS_OF"] = WORKER
globals().update(
    use_servers(
        env.read("DATABASE_URL", "postgresql://app@/campaign_builder"),
        env.read("DATABASE_OWNER_URL", "postgresql://owner@/campaign_builder"),
        env.read("REDIS_URL", "redis://localhost:6379/0"),
        env.read("REDIS_QUEUE_URL", "redis://localhost:6379/1"),
    )
)
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PRIVATE_STORAGE_ROOT = str(ROOT / ".data" / f"test-private{WORKER}")
STORAGES = {
    "default": {"BACKEND": "kernel.storage.PrivateStorage"},
    "assets": {"BACKEND": "kernel.storage.PrivateStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files come straight from the apps: tests need no collected folder.
WHITENOISE_AUTOREFRESH = True
