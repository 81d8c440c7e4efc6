"""The `owner` database engine: django-tenants' stock backend, for migrations and provisioning only."""
