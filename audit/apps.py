from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Hand auditlog the declarations, and refuse to start with a model that nobody declared."""
        from audit import checks, registry

        registry.replace()
        register(checks.every_model_is_declared)
