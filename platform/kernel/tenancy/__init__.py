"""Which organization is meant, and how the database is told: the tenant lives in the transaction."""
