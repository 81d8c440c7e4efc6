"""django-tenants' backend with our dialect."""

from typing import Any

from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper

from kernel.tenancy.context import TenancyError, current
from kernel.tenancy.dialect import Features, Operations


class DatabaseWrapper(TenantsWrapper):
    """Stock tenant switching; only migrations and the provisioner use it, one schema at a time."""

    features_class = Features
    ops_class = Operations

    def _cursor(self, name: str | None = None) -> Any:
        scope = current()
        if scope is not None and scope.organization is not None:
            raise TenancyError("The owner's connection reaches every organization; it has no business in a scope.")
        return super()._cursor(name)
