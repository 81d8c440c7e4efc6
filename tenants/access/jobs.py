"""The jobs about access; each is told where its work is."""

from tenants.access import ends, expiry, purging, team_members  # noqa: F401 -- they register their handlers
