"""The system check that no model was forgotten."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error

from kernel.recorder.declare import DECLARATIONS

# Models of other packages can't carry a decorator; they are declared here.
EXEMPT = {
    "django.contrib.contenttypes.models.ContentType": "fixed by the release, the same in every database",
    "django.contrib.auth.models.Permission": "fixed by the release, the same in every database",
    "django.contrib.auth.models.Group": "unused: teams and roles are each organization's own",
    "django.contrib.auth.models.Group_permissions": "unused: teams and roles are each organization's own",
    "django.contrib.sessions.models.Session": "signing in and out are events; the rest is the framework's state",
    "guardian.models.models.UserObjectPermission": "has no table: every shareable model has share tables of its own",
    "guardian.models.models.GroupObjectPermission": "has no table: every shareable model has share tables of its own",
    "allauth.account.models.EmailAddress": "mirrors the account's e-mail, which is recorded",
    "allauth.account.models.EmailConfirmation": "lives until the link in the mail is used",
    "allauth.mfa.models.Authenticator": "adding, renewing and removing are events; the rest is secrets and counters",
}


def every_model_is_declared(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Every table is recorded or exempt with a reason."""
    return [
        Error(
            f"{model._meta.label} is neither @audited nor @unaudited.",
            hint="Declare it with kernel.recorder; models of other packages stand in audit.checks.EXEMPT.",
            obj=model,
            id="audit.E001",
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
        if model not in DECLARATIONS and f"{model.__module__}.{model.__name__}" not in EXEMPT
    ]
