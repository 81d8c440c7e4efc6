"""Production: everything comes from the environment; missing variables are named at start."""

from config.settings import env
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DOMAIN, SECURE_CSP, use_servers

SECRET_KEY = env.read("SECRET_KEY")
ENCRYPTION_KEYS = env.read_keys("ENCRYPTION_KEYS")
globals().update(
    use_servers(
        env.read("DATABASE_URL"),
        env.read("DATABASE_OWNER_URL"),
        env.read("REDIS_URL"),
        env.read("REDIS_QUEUE_URL"),
    )
)
MAILERS = env.mailers(env.read("EMAIL_URL"))
PRIVATE_STORAGE_ROOT = env.read("PRIVATE_STORAGE_ROOT")
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_CSP = SECURE_CSP | {"form-action": ["'self'", f"https://{BASE_DOMAIN}", f"https://*.{BASE_DOMAIN}"]}
