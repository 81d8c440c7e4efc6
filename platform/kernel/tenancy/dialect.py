"""What both database aliases share so that another engine stays possible: foreign keys are checked at once."""

from django.db.backends.postgresql.features import DatabaseFeatures as PostgresFeatures
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations


class Operations(PostgresOperations):
    """Foreign keys are NOT DEFERRABLE: the error comes with the statement that caused it."""

    def deferrable_sql(self) -> str:
        return ""


class Features(PostgresFeatures):
    """Tells Django that constraint checks can't be put off."""

    can_defer_constraint_checks = False
    supports_forward_references = False
