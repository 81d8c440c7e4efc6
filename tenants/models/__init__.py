"""The public tables: who the customers are, who the people are, and how they come in."""

from tenants.models.account import EmailChange, PasswordReset
from tenants.models.handoff import HandoffCode
from tenants.models.invitation import Invitation
from tenants.models.organization import Domain, Organization, Plan, SchemaTemplate
from tenants.models.people import DirectoryEntry, Operator, User
from tenants.models.session import SessionRecord

__all__ = [
    "DirectoryEntry",
    "Domain",
    "EmailChange",
    "HandoffCode",
    "Invitation",
    "Operator",
    "Organization",
    "PasswordReset",
    "Plan",
    "SchemaTemplate",
    "SessionRecord",
    "User",
]
