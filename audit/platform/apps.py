from django.apps import AppConfig


class PlatformAuditConfig(AppConfig):
    name = "audit.platform"
    label = "audit_platform"
    verbose_name = "Platform audit"
