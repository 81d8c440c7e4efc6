"""The jobs about access; each is told where its work is."""

from tenants.access import ends, expiry, team_members  # noqa: F401 -- they register their handlers
