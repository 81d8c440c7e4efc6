"""Names of schemas and database roles. Schema names are opaque and never reused; roles carry the database's name."""

import re
import secrets

PUBLIC_SCHEMA = "public"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
SCHEMA_NAME = re.compile(r"t_[a-z2-7]{16}")


def new_schema_name() -> str:
    """Return a fresh opaque schema name: `t_` and 80 random bits in base32."""
    return "t_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))


def is_tenant_schema(name: str) -> bool:
    """Whether `name` is one that new_schema_name() could have made."""
    return SCHEMA_NAME.fullmatch(name) is not None


def tenant_role(database: str, schema: str) -> str:
    """Return the NOLOGIN role that may read and write `schema` in `database`; refuse names over 63 bytes."""
    return _checked(f"{database}_{schema}")


def runtime_role(database: str) -> str:
    """Return the role every tenant role of `database` inherits: what tenants may do to public tables."""
    return _checked(f"{database}_tenant_runtime")


def _checked(name: str) -> str:
    if len(name.encode()) > 63:
        raise ValueError(f"The role name {name!r} is longer than PostgreSQL's 63 bytes; use a shorter database name.")
    return name
