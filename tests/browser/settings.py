"""The product as the browser tests run it: the demo, with static files that are hashed but not compressed."""

import os
from pathlib import Path

from config.settings.dev import *  # noqa: F403

STATIC_ROOT = Path(os.environ["STATIC_ROOT"])
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHE_NAMESPACE = os.environ["CACHE_NAMESPACE"]
STORAGES = {
    "default": {"BACKEND": "kernel.storage.PrivateStorage"},
    "assets": {"BACKEND": "kernel.storage.PrivateStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
