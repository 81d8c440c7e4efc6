"""The fixed id of every model's content type, the same in every database. Add new models at the end; never renumber.

Triggers and exports compile these ids in, so a tenant can move between databases.
"""

CONTENT_TYPES = {
    "contenttypes.contenttype": 1,
    "auth.permission": 2,
    "auth.group": 3,
    "sessions.session": 4,
    "tenants.plan": 5,
    "tenants.organization": 6,
    "tenants.domain": 7,
    "tenants.user": 8,
    "tenants.operator": 9,
    "tenants.directoryentry": 10,
    "tenants.invitation": 11,
    "tenants.handoffcode": 12,
    "account.emailaddress": 13,
    "account.emailconfirmation": 14,
    "jobs.job": 15,
    "audit_platform.platformentry": 16,
    "access.role": 17,
    "access.team": 18,
    "access.membership": 19,
    "access.servicetoken": 20,
    "audit.entry": 21,
    "catalog.product": 22,
    "campaigns.campaign": 23,
    "campaigns.importbatch": 24,
    "campaigns.importrow": 25,
    "auditlog.logentry": 26,
    "tenants.schematemplate": 27,
    "jobs.lane": 28,
    "campaigns.importpayload": 29,
    "campaigns.legacyidentity": 30,
    "tenants.passwordreset": 32,
    "tenants.emailchange": 33,
}
