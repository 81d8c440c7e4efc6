"""The `default` database engine: django-tenants' backend with the tenant in the transaction."""
