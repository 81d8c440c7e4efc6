"""Pages and counts of what somebody may see, fast for everybody: one short walk along an index per way of access.

A single condition with OR makes PostgreSQL read the whole table for people who see little. So the rule is taken apart
into branches (mine, each of my teams, shared with me, shared with each of my teams). For a page every branch gives its
first rows in order and the page is made of them; a count is the number of distinct ids of all branches.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

from kernel.http.cursor import Sort, Source
from kernel.tenancy.context import Actor
from tenants.access.catalogue import known, level_for
from tenants.access.context import Access, access_of
from tenants.access.models import LIVE, Owned
from tenants.access.models.grants import level_ids
from tenants.access.resolver import condition_for
from tenants.access.shares import UNEXPIRED, grant_models

Filters = Mapping[str, Any]
_TRASH = "trash"


def page_sources(
    actor: Actor, action: str, model: type[Owned], filters: Filters, sort: Sort
) -> Sequence[Source] | None:
    """Return the branches of a page in this order, None where `actor` may do `action` to every row.

    `filters` are lookups on the model. In order of change, what is shared walks the shares' own index.
    """
    if _sees_all(actor, action):
        return None
    access = access_of(actor)
    if access is None:
        return []
    rows = model._default_manager.filter(**filters)
    sources = [Source(branch) for branch in _owned(access, action, rows)]
    shares = _shares(access, action, model)
    if sort.columns[0] != "updated_at":
        return [*sources, *(Source(rows.filter(pk__in=found.values("content_object_id"))) for found in shares)]
    inside = {f"content_object__{name}": value for name, value in filters.items()}
    order = ("sort_at", "content_object_id")
    return [*sources, *(Source(found.filter(**inside), order, "content_object_id") for found in shares)]


def count_visible(actor: Actor, action: str, model: type[Owned]) -> int:
    """Return how many rows outside the trash `actor` may do `action` to."""
    return sum(counts_by(actor, action, model, None).values())


def counts_by(actor: Actor, action: str, model: type[Owned], field: str | None) -> dict[str, int]:
    """Return how many rows `actor` may do `action` to, by the values of `field`, and in the trash as "trash".

    Values without rows are left out; without a field the live rows are counted under "". One statement.
    """
    access = access_of(actor)
    if access is None and actor.kind != "system":
        return {}
    if access is None or _sees_all(actor, action):
        picked = [_labelled(model._default_manager.filter(LIVE), field)]
    else:
        picked = [_labelled(rows, field) for rows in _live(access, action, model)]
    if field:
        picked.append(_labelled(visible_rows(access, action, model).filter(~LIVE), None, _TRASH))
    ids = picked[0].union(*picked[1:]).order_by() if len(picked) > 1 else picked[0]
    sql, params = ids.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT found.label, count(*) FROM ({sql}) found GROUP BY 1", params)
        return dict(cursor.fetchall())


def visible_rows(access: Access | None, action: str, model: type[Owned]) -> models.QuerySet[Any]:
    """Return the rows that this access opens; all of them for None, the system."""
    condition = condition_for(access, action, model) if access else True
    rows: models.QuerySet[Any] = model._default_manager.all()
    return rows if condition is True else rows.filter(condition)


def _sees_all(actor: Actor, action: str) -> bool:
    known(action)
    access = access_of(actor)
    return actor.kind == "system" or (access is not None and access.reach(action) == "all")


def _owned(access: Access, action: str, rows: models.QuerySet[Any]) -> Iterable[models.QuerySet[Any]]:
    reach = access.reach(action)
    if reach is not None:
        yield rows.filter(owner_id=access.user_id)
    if reach == "team":
        for team_id in sorted(access.reached_teams):
            yield rows.filter(team_id=team_id)


def _shares(access: Access, action: str, model: type[Owned]) -> Iterable[models.QuerySet[Any]]:
    """One branch for the person and one for each of their teams: each is in order by itself."""
    tables, level = grant_models(model), level_for(action)
    if tables is None or level is None or not access.in_scope(action):
        return
    enough = models.Q(permission_id__gte=level_ids(model)[level]) & UNEXPIRED
    yield tables[0].objects.filter(enough, user_id=access.user_id)
    for team_id in sorted(access.teams):
        yield tables[1].objects.filter(enough, group_id=team_id)


def _live(access: Access, action: str, model: type[Owned]) -> list[models.QuerySet[Any, Any]]:
    rows = model._default_manager.filter(LIVE)
    shares = [found.filter(content_object__trashed_at=None) for found in _shares(access, action, model)]
    return [*_owned(access, action, rows), *shares] or [rows.none()]


def _labelled(rows: models.QuerySet[Any, Any], field: str | None, constant: str = "") -> models.QuerySet[Any, Any]:
    """(id, label) of the objects; a share stands for the object that it shares."""
    prefix, key = ("", "pk") if issubclass(rows.model, Owned) else ("content_object__", "content_object_id")
    label = models.F(prefix + field) if field else models.Value(constant)
    return rows.order_by().annotate(label=models.ExpressionWrapper(label, models.TextField())).values(key, "label")
