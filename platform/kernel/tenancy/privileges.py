"""Who may touch what in the database: the roles of design section 5, as statements.

The owner role makes everything. `app` serves requests and may not change structure. Each tenant has a NOLOGIN role;
`app` may switch to it but inherits nothing from it. What tenants may do in public comes from `tenant_runtime`:
rows of public tables with a `tenant_role` column are theirs where it and `organization_id` name them.
"""

from collections.abc import Sequence

from django.apps import apps
from django.conf import settings
from django.db import connections

from kernel.recorder import event_function
from kernel.recorder.declare import read_only_tables
from kernel.tenancy.names import runtime_role, tenant_role
from kernel.tenancy.prelude import literal

READABLE_BY_TENANTS = ("django_content_type", "auth_permission")
OWN_ORGANIZATION = "tenant_organization"


def owner_database() -> str:
    """Return the name of the database that the owner alias works in."""
    return str(connections["owner"].settings_dict["NAME"])


def app_role() -> str:
    """Return the login role that serves requests."""
    return str(connections["default"].settings_dict["USER"])


def tenant_grants(schema: str) -> str:
    """Return the statements that make a tenant's role and give it its schema, once its tables exist."""
    role, statements = app_role(), []
    if settings.TENANT_DB_ROLES:
        role = tenant_role(owner_database(), schema)
        statements = [
            f'CREATE ROLE "{role}" NOLOGIN',
            f'GRANT "{runtime_role(owner_database())}" TO "{role}"',
            f'GRANT "{role}" TO "{app_role()}" WITH INHERIT FALSE, SET TRUE',
        ]
    return ";\n".join([*statements, *_table_grants(schema, role)])


def grant_tenant_again(schema: str) -> None:
    """Repeat the table grants of a tenant whose migrations brought new tables."""
    role = tenant_role(owner_database(), schema) if settings.TENANT_DB_ROLES else app_role()
    with connections["owner"].cursor() as cursor:
        cursor.execute(";\n".join(_table_grants(schema, role)))


def _table_grants(schema: str, role: str) -> list[str]:
    return [
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{role}"',
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{role}"',
        *(
            f'REVOKE INSERT, UPDATE, DELETE ON "{schema}"."{table}" FROM "{role}"'
            for table in _read_only_tenant_tables()
        ),
        event_function.grant(schema, role),
    ]


def drop_tenant(schema: str) -> str:
    """Return the statements that remove a tenant's schema and role; each may be repeated."""
    role = tenant_role(owner_database(), schema)
    return f'DROP SCHEMA IF EXISTS "{schema}" CASCADE;\nDROP ROLE IF EXISTS "{role}"'


def grant_public() -> None:
    """Give `app` the public tables and tenants their rows of them; may be repeated after every migration."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [runtime_role(owner_database())])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE ROLE "{runtime_role(owner_database())}" NOLOGIN')
        cursor.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'tenant_role' ORDER BY 1"
        )
        shared = [row[0] for row in cursor.fetchall()]
        cursor.execute(";\n".join(_public_grants(shared)))


def _public_grants(shared: Sequence[str]) -> list[str]:
    app, runtime = app_role(), runtime_role(owner_database())
    statements = [
        # A temporary table would shadow a tenant's own on the next transaction of the same connection.
        f'REVOKE TEMPORARY ON DATABASE "{owner_database()}" FROM PUBLIC',
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC",
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{app}"',
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{app}"',
        *(f'REVOKE INSERT, UPDATE, DELETE ON public."{table}" FROM "{app}"' for table in _read_only_public_tables()),
        event_function.grant("public", app),
        *(f'GRANT SELECT ON public."{table}" TO "{runtime}"' for table in READABLE_BY_TENANTS),
        *_own_organization(runtime),
    ]
    own = f"tenant_role = current_user AND organization_id = (SELECT public.{OWN_ORGANIZATION}())"
    deletable = {model._meta.db_table for model in apps.get_models() if getattr(model, "tenants_may_delete", False)}
    for table in shared:
        delete = ", DELETE" if table in deletable else ""
        statements += [
            f'ALTER TABLE public."{table}" ENABLE ROW LEVEL SECURITY',
            f'DROP POLICY IF EXISTS app_all ON public."{table}"',
            f'CREATE POLICY app_all ON public."{table}" TO "{app}" USING (true) WITH CHECK (true)',
            f'DROP POLICY IF EXISTS tenant_own ON public."{table}"',
            f'CREATE POLICY tenant_own ON public."{table}" TO "{runtime}" USING ({own}) WITH CHECK ({own})',
            f'GRANT SELECT, INSERT, UPDATE{delete} ON public."{table}" TO "{runtime}"',
        ]
    return statements


def _own_organization(runtime: str) -> list[str]:
    """The function that tells a tenant's role which organization it stands for, so that a row can name no other."""
    table = apps.get_model(settings.TENANT_MODEL)._meta.db_table
    return [
        f"CREATE OR REPLACE FUNCTION public.{OWN_ORGANIZATION}() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $own$SELECT id FROM public.{table}"
        f" WHERE {literal(owner_database() + '_')} || schema_name = current_setting('role')$own$",
        f"REVOKE ALL ON FUNCTION public.{OWN_ORGANIZATION}() FROM PUBLIC",
        f'GRANT EXECUTE ON FUNCTION public.{OWN_ORGANIZATION}() TO "{runtime}"',
    ]


def _read_only_tenant_tables() -> list[str]:
    return ["django_migrations", *(table for table in sorted(read_only_tables()) if not _is_public(table))]


def _read_only_public_tables() -> list[str]:
    return ["django_migrations", *(table for table in sorted(read_only_tables()) if _is_public(table))]


def _is_public(table: str) -> bool:
    models = {model._meta.db_table: model for model in apps.get_models()}
    return apps.get_app_config(models[table]._meta.app_label).name in settings.SHARED_APPS
