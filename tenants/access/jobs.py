"""The jobs about access; each is told where its work is."""

from tenants.access import team_members  # noqa: F401 -- registers its handler
