"""The tables of one organization that say who may do what."""

from tenants.access.models.epoch import AccessEpoch
from tenants.access.models.grants import LEVELS, Grant, TeamGrant, UserGrant
from tenants.access.models.owned import LIVE, Owned, Versioned
from tenants.access.models.people import Membership
from tenants.access.models.roles import Role
from tenants.access.models.settings import OrganizationSettings, Preferences
from tenants.access.models.teams import Team, TeamMembership, TeamObjectPermission
from tenants.access.models.tokens import ServiceToken

__all__ = [
    "LEVELS",
    "LIVE",
    "AccessEpoch",
    "Grant",
    "Membership",
    "OrganizationSettings",
    "Owned",
    "Preferences",
    "Role",
    "ServiceToken",
    "Team",
    "TeamGrant",
    "TeamMembership",
    "TeamObjectPermission",
    "UserGrant",
    "Versioned",
]
