"""Keeping filters over campaigns under a name."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.models import SavedView
from kernel.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tenants.access.resolver import require_some

MOST_VIEWS: Final = 50
MOST_WORDS: Final = 40
LONGEST: Final = 300


def save_view(
    *, actor: Actor, name: str, query: Mapping[str, str], shared: bool = False, view_id: UUID | None = None
) -> SavedView:
    """Keep a filter for `actor`, or for everybody where `shared`. Raises Conflict for a name that they have already."""
    require_some(actor, "campaign:view")
    if actor.user_id is None:
        raise NotAllowed(_("Only people keep views."))
    _check({"name": name, "query": query})
    if SavedView.objects.filter(owner_id=actor.user_id).count() >= MOST_VIEWS:
        raise Conflict(_("You keep %(count)d views; delete one first.") % {"count": MOST_VIEWS}, code="too_many_views")
    row = SavedView(id=view_id or uuid7(), owner_id=actor.user_id, name=name.strip(), query=dict(query), shared=shared)
    _write(row, new=True)
    return row


def change_view(*, actor: Actor, view_id: UUID, changes: Mapping[str, Any]) -> SavedView:
    """Rename one's own view, share it or not, or give it another filter. Raises NotFound for that of somebody else."""
    row = _locked(actor, view_id)
    _check({"name": row.name, "query": row.query} | dict(changes))
    for field in ("name", "query", "shared"):
        if field in changes:
            setattr(row, field, changes[field])
    row.name = row.name.strip()
    _write(row, new=False)
    return row


def delete_view(*, actor: Actor, view_id: UUID) -> None:
    """Forget one's own view. Raises NotFound for that of somebody else."""
    _locked(actor, view_id).delete()


def _locked(actor: Actor, view_id: UUID) -> SavedView:
    """Of a view that is forgotten meanwhile, saving would make a new one."""
    require_some(actor, "campaign:view")
    row = SavedView.objects.select_for_update().filter(owner_id=actor.user_id, pk=view_id).first()
    if row is None:
        raise NotFound()
    return row


def _write(row: SavedView, *, new: bool) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=new)
    except IntegrityError as error:
        if "savedview_name_once" in str(error):
            raise Conflict(_("You have a view of this name already."), code="name_taken") from error
        if new and getattr(error.__cause__, "sqlstate", "") == "23505":
            raise Conflict(_("An object with this id is there already."), code="id_taken") from error
        raise
    row.refresh_from_db(fields=["created_at"])


def _check(values: Mapping[str, Any]) -> None:
    errors = []
    if not 0 < len(str(values["name"]).strip()) <= 80:
        errors.append(FieldError("/name", "required", _("Give it a name of at most 80 characters.")))
    query = values["query"]
    fits = isinstance(query, Mapping) and len(query) <= MOST_WORDS
    if not fits or any(not isinstance(text, str) or len(text) > LONGEST for pair in query.items() for text in pair):
        errors.append(FieldError("/query", "wrong_type", _("Send an object of short texts.")))
    if errors:
        raise Invalid(errors=errors)
