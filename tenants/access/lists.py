"""Pages and counts of what somebody may see, fast for everybody: one short walk along an index per way of access.

A single condition with OR makes PostgreSQL read the whole table for people who see little. So the rule is taken apart
into branches (mine, my teams', shared with me, shared with my teams). For a page every branch gives its first rows in
order, per team, and the page is made of them; a count is the number of distinct ids of all branches. The statement is
put together here and not by the ORM, which takes longer to build a union of ten parts than PostgreSQL to answer it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, models

from kernel.http.cursor import Reader, Sort
from kernel.tenancy.context import Actor
from tenants.access.catalogue import known
from tenants.access.context import Access, access_of
from tenants.access.models import LIVE, Membership, Owned
from tenants.access.models.grants import level_ids
from tenants.access.resolver import visible
from tenants.access.shares import grant_models, level_on

Filters = Mapping[str, Any]
LIVE_ONLY: Filters = {"trashed_at__isnull": True}
_TRASH = "trash"
_UNEXPIRED = "(g.expires_at IS NULL OR g.expires_at > now())"


@dataclass(frozen=True, slots=True)
class _Branch:
    """One way of access: where its rows come from, and what the list's columns are called there.

    With `teams` it is walked once for each of them, whose id is `t.id`.
    """

    source: str
    condition: str
    params: tuple[Any, ...]
    key: str
    columns: Mapping[str, str]
    teams: tuple[Any, ...] = ()


def with_owner[M: Owned](rows: models.QuerySet[M]) -> models.QuerySet[M]:
    """Add `owner_name` to each row from the organization's own people, not from the public tables."""
    names = Membership.objects.filter(user_id=models.OuterRef("owner_id")).order_by().values("name")
    named: models.QuerySet[M] = rows.annotate(owner_name=models.Subquery(names[:1]))  # type: ignore[assignment]
    return named


def page_reader[M: Owned](actor: Actor, action: str, model: type[M], filters: Filters, sort: Sort) -> Reader[M] | None:
    """Return what reads a page in this order, with its owners' names; None where `actor` may do `action` to every row.

    `filters` are lookups on the model's own columns, or whole conditions on them.
    """
    if _sees_all(actor, action):
        return None
    access = access_of(actor)
    branches = list(_branches(access, action, model, filters, sort)) if access else []

    def read(position: Sequence[Any] | None, limit: int) -> list[M]:
        if not branches:
            return []
        parts = [_first(branch, sort, position, limit) for branch in branches]
        table, direction = model._meta.db_table, " DESC" if sort.descending else ""
        names = ", ".join(f"u.{name}{direction}" for name in sort.columns)
        order = ", ".join(f"{table}.{name}{direction}" for name in sort.columns)
        ids = " UNION ".join(f"({sql})" for sql, _params in parts)
        sql = (
            f"{_head(model)} WHERE {table}.id IN (SELECT u.id FROM ({ids}) u ({', '.join(sort.columns)})"
            f" ORDER BY {names} LIMIT %s) ORDER BY {order}"
        )
        params = [param for _sql, found in parts for param in found]
        return list(model._default_manager.raw(sql, [*params, limit]))

    return read


def narrowed[M: models.Model](model: type[M], filters: Filters) -> models.QuerySet[M]:
    """Return the rows that `filters` describe: lookups by their names, and whole conditions (Q) under any name."""
    conditions = [value for value in filters.values() if isinstance(value, models.Q)]
    lookups = {name: value for name, value in filters.items() if not isinstance(value, models.Q)}
    return model._default_manager.filter(*conditions, **lookups)


def count_of(actor: Actor, action: str, model: type[Owned], filters: Filters) -> int:
    """Return how many rows that `filters` describe `actor` may do `action` to, in one statement."""
    if _sees_all(actor, action):
        return narrowed(model, filters).count()
    access = access_of(actor)
    branches = list(_branches(access, action, model, filters, None)) if access else []
    if not branches:
        return 0
    parts = [_whole(branch, "''") for branch in branches]
    ids = " UNION ".join(sql for sql, _params in parts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({ids}) found", [param for _sql, params in parts for param in params])
        number: int = cursor.fetchone()[0]
    return number


def count_visible(actor: Actor, action: str, model: type[Owned]) -> int:
    """Return how many rows outside the trash `actor` may do `action` to."""
    return counts_by(actor, action, model).get("", 0)


def counts_by(actor: Actor, action: str, model: type[Owned], field: str = "") -> dict[str, int]:
    """Return how many rows outside the trash `actor` may do `action` to, by the values of `field`, in one statement.

    Values without rows are left out. Without a field the number stands under "", with one those in the trash under
    "trash".
    """
    live, params = _live(actor, action, model, field)
    if field:
        trash, more = visible(actor, action, model).filter(~LIVE).order_by().values("pk").query.sql_with_params()
        live, params = f"{live} UNION ALL SELECT t.id, %s FROM ({trash}) t (id)", [*params, _TRASH, *more]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT found.label, count(*) FROM ({live}) found (id, label) GROUP BY 1", params)
        return dict(cursor.fetchall())


def _live(actor: Actor, action: str, model: type[Owned], field: str) -> tuple[str, list[Any]]:
    """(id, label) of the rows outside the trash, each once."""
    table = model._meta.db_table
    label = f"{table}.{connection.ops.quote_name(field)}" if field else "''"
    if _sees_all(actor, action):
        return f"SELECT {table}.id, {label} FROM {table} WHERE {table}.trashed_at IS NULL", []
    parts: list[str] = []
    params: list[Any] = []
    access = access_of(actor)
    for branch in _branches(access, action, model, LIVE_ONLY, None, reads_object=bool(field)) if access else ():
        sql, found = _whole(branch, label)
        parts.append(sql)
        params += found
    return " UNION ".join(parts) or "SELECT NULL::uuid, ''::text WHERE false", params


def _whole(branch: _Branch, label: str) -> tuple[str, list[Any]]:
    """(id, label) of every row of a branch; a row may come more than once."""
    condition = branch.condition.replace("= t.id", "= ANY(%s)") if branch.teams else branch.condition
    params = [list(branch.teams), *branch.params] if branch.teams else list(branch.params)
    return f"SELECT {branch.key}, {label} FROM {branch.source} WHERE {condition}", params


def _sees_all(actor: Actor, action: str) -> bool:
    known(action)
    access = access_of(actor)
    return actor.kind == "system" or (access is not None and access.reach(action) == "all")


def _branches(
    access: Access, action: str, model: type[Owned], filters: Filters, sort: Sort | None, *, reads_object: bool = False
) -> Iterable[_Branch]:
    table, reach = model._meta.db_table, access.reach(action)
    condition, params = _compiled(model, filters)
    columns = {name: f"{table}.{name}" for name in sort.columns} if sort else {}

    def owned(test: str, value: tuple[Any, ...], teams: tuple[Any, ...] = ()) -> _Branch:
        return _Branch(table, f"{test} AND {condition}", (*value, *params), f"{table}.id", columns, teams)

    if reach is not None:
        yield owned(f"{table}.owner_id = %s", (access.user_id,))
    if reach == "team" and access.reached_teams:
        # The index of teams holds only rows that have one.
        yield owned(f"{table}.team_id IS NOT NULL AND {table}.team_id = t.id", (), tuple(sorted(access.reached_teams)))
    grants, level = grant_models(model), level_on(model, action)
    if grants is None or level is None or not access.in_scope(action):
        return
    # In order of change, and for numbers alone, shares know all that is needed: see Grant.sort_at.
    by_change = sort is None or sort.columns[0] == "updated_at"
    alone = by_change and filters == LIVE_ONLY and not reads_object
    if sort and by_change:
        columns = {"updated_at": "g.sort_at", "id": "g.content_object_id"}
    narrow = "g.sort_at IS NOT NULL" if alone else condition
    enough = level_ids(model)[level]
    for grant, test, values, teams in (
        (grants[0], "g.user_id = %s", (access.user_id,), ()),
        (grants[1], "g.group_id = t.id", (), tuple(sorted(access.teams))),
    ):
        if values or teams:
            yield _Branch(
                f"{grant._meta.db_table} g" + ("" if alone else f" JOIN {table} ON {table}.id = g.content_object_id"),
                f"{test} AND g.permission_id >= %s AND {_UNEXPIRED} AND {narrow}",
                (*values, enough, *(() if alone else params)),
                "g.content_object_id",
                columns,
                teams,
            )


def _first(branch: _Branch, sort: Sort, position: Sequence[Any] | None, limit: int) -> tuple[str, list[Any]]:
    """The sort's columns of a branch's first rows after `position`; the last column is the id."""
    columns = [branch.columns[name] for name in sort.columns]
    order = ", ".join(f"{column} DESC" if sort.descending else column for column in columns)
    sql = f"SELECT {', '.join(columns)} FROM {branch.source} WHERE {branch.condition}"
    params = list(branch.params)
    if position is not None:
        sign, places = "<" if sort.descending else ">", ", ".join("%s" for _column in columns)
        sql += f" AND ({', '.join(columns)}) {sign} ({places})"
        params += position
    sql += f" ORDER BY {order} LIMIT %s"
    params.append(limit)
    if not branch.teams:
        return sql, params
    return f"SELECT p.* FROM unnest(%s::uuid[]) t (id) CROSS JOIN LATERAL ({sql}) p", [list(branch.teams), *params]


@cache
def _head(model: type[Owned]) -> str:
    """What a page reads of its rows, as far as the WHERE."""
    sql, params = with_owner(model._default_manager.order_by()).query.sql_with_params()
    if params:
        raise ValueError(f"The columns of {model._meta.label} need parameters.")
    return sql


def _compiled(model: type[models.Model], filters: Filters) -> tuple[str, tuple[Any, ...]]:
    """The filters as SQL on the model's table, which the branches name in full."""
    if filters == LIVE_ONLY:
        return f"{model._meta.db_table}.trashed_at IS NULL", ()
    query = narrowed(model, filters).order_by().query
    try:
        sql, params = query.get_compiler(connection=connection).compile(query.where)
    except EmptyResultSet:
        return "false", ()
    except FullResultSet:
        return "true", ()
    if sum(count > 0 for count in query.alias_refcount.values()) > 1:
        raise ValueError(f"A list's filters are columns of {model._meta.label} itself, not of other tables.")
    return sql, tuple(params)
