"""Django's PostgreSQL fields and indexes, without the statements it sends on every new connection."""

from django.contrib.postgres.apps import PostgresConfig
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.signals import register_type_handlers
from django.db.backends.signals import connection_created
from django.db.models.functions import Upper


class QuietPostgres(PostgresConfig):
    """django.contrib.postgres, but new connections are not asked for hstore and citext, which nothing here uses.

    Those statements would also run before a tenant is bound, which the database backend refuses.
    """

    def ready(self) -> None:
        super().ready()
        connection_created.disconnect(register_type_handlers)


def words_index(column: str, *, name: str) -> GinIndex:
    """Return the index that finds parts of words in a column (kernel.http.lists.containing), from three letters on."""
    return GinIndex(OpClass(Upper(column), name="gin_trgm_ops"), name=name)
