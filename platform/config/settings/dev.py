"""Local work and the demo: the servers come from the environment that the supervisor sets."""

from config.settings import env
from config.settings.base import *  # noqa: F403
from config.settings.base import ENVIRONMENT, LOGGING, ROOT, use_servers
from ops.demo.accounts import accounts

DEBUG = False
SECRET_KEY = env.read("SECRET_KEY", "development-only-key-that-signs-nothing-of-value")
ENCRYPTION_KEYS = env.read_keys("ENCRYPTION_KEYS", "development-only-key-that-hides-nothing-of-value")
globals().update(
    use_servers(
        env.read("DATABASE_URL", "postgresql://app@/campaign_builder"),
        env.read("DATABASE_OWNER_URL", "postgresql://owner@/campaign_builder"),
        env.read("REDIS_URL", "redis://localhost:6379/0"),
        env.read("REDIS_QUEUE_URL", "redis://localhost:6379/1"),
    )
)
MAILERS = env.mailers(env.read("EMAIL_URL", f"file://{ROOT}/.data/outbox"))
PRIVATE_STORAGE_ROOT = env.read("PRIVATE_STORAGE_ROOT", str(ROOT / ".data" / "private"))
DEMO_ACCOUNTS = accounts() if ENVIRONMENT == "demo" else []
LOGGING = LOGGING | {"formatters": {"line": {"()": "kernel.observability.plain_formatter"}}}
