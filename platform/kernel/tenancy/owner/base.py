"""django-tenants' backend with our dialect."""

from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper

from kernel.tenancy.dialect import Features, Operations


class DatabaseWrapper(TenantsWrapper):
    """Stock tenant switching; only migrations and the provisioner use it, one schema at a time."""

    features_class = Features
    ops_class = Operations
