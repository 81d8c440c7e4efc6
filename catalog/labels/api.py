"""`/api/v1/labels`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from catalog.labels import schemas
from catalog.labels.commands import EDITORS, archive_label, change_label, create_label, reopen_label
from catalog.labels.queries import label_detail, label_page, label_uses
from catalog.models import Label
from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.lists import listed, present
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from tenants.access.resolver import MEMBER

router = Router(tags=["Labels"])


@router.get("", response=schemas.LabelList, openapi_extra=declares(MEMBER, if_none_match=True))
def list_labels(request: HttpRequest, query: Query[schemas.LabelQuery]) -> HttpResponse:
    """The organization's labels by name, with how often each is used."""
    actor = actor_of(request)
    found = label_page(
        actor=actor,
        archived=query.archived == "true",
        text=query.q,
        sort=query.sort,
        cursor=query.cursor,
        limit=query.limit,
        count=query.count == "exact",
    )
    uses = label_uses(actor=actor, ids=[label.pk for label in found.items])
    rows = [schemas.label_out(label, uses[label.pk]) for label in found.items]
    return respond(request, listed(found, present(rows, actor=actor, fields=query.fields)))


@router.post(
    "",
    response={201: schemas.LabelOut},
    openapi_extra=declares(MEMBER, 409, body=True, success=201, location=True, may_ask=EDITORS),
)
def create_a_label(request: HttpRequest, body: schemas.LabelCreate) -> HttpResponse:
    """Create a label. 409 when the name, in any case, or the id is taken."""
    label = create_label(actor=actor_of(request), values=body.model_dump(exclude={"id"}), label_id=body.id)
    return _respond(request, label, status=201, location=f"/api/v1/labels/{label.pk}")


@router.get("/{uuid:label_id}", response=schemas.LabelOut, openapi_extra=declares(MEMBER, 404, if_none_match=True))
def read_label(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """One label, also an archived one."""
    return _respond(request, label_detail(actor=actor_of(request), label_id=label_id))


@router.patch(
    "/{uuid:label_id}",
    response=schemas.LabelOut,
    openapi_extra=declares(MEMBER, 409, body=True, if_match=True, may_ask=EDITORS),
)
def change_a_label(request: HttpRequest, label_id: UUID, body: schemas.LabelChange) -> HttpResponse:
    """Rename the label or give it another colour. 409 when the name is taken."""
    with expected_version(request, lambda: _etag(request, label_id)) as version:
        label = change_label(
            actor=actor_of(request), label_id=label_id, version=version, changes=body.model_dump(exclude_unset=True)
        )
    return _respond(request, label)


@router.put(
    "/{uuid:label_id}/archive",
    response=schemas.LabelOut,
    openapi_extra=declares(MEMBER, if_match=True, may_ask=EDITORS),
)
def archive_a_label(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Offer the label no more; what carries it keeps it."""
    with expected_version(request, lambda: _etag(request, label_id)) as version:
        label = archive_label(actor=actor_of(request), label_id=label_id, version=version)
    return _respond(request, label)


@router.delete(
    "/{uuid:label_id}/archive",
    response=schemas.LabelOut,
    openapi_extra=declares(MEMBER, if_match=True, may_ask=EDITORS),
)
def reopen_a_label(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Offer the label again."""
    with expected_version(request, lambda: _etag(request, label_id)) as version:
        label = reopen_label(actor=actor_of(request), label_id=label_id, version=version)
    return _respond(request, label)


def _respond(request: HttpRequest, label: Label, *, status: int = 200, location: str = "") -> HttpResponse:
    return respond(request, _out(request, label), status=status, version=label.row_version, location=location)


def _etag(request: HttpRequest, label_id: UUID) -> str:
    label = label_detail(actor=actor_of(request), label_id=label_id)
    return of(dump(_out(request, label)), label.row_version)


def _out(request: HttpRequest, label: Label) -> dict[str, object]:
    return schemas.label_out(label, label_uses(actor=actor_of(request), ids=[label.pk])[label.pk])
