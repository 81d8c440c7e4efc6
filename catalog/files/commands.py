"""What can be done with files of products: send one, say what its columns are, run it; ask for one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from catalog.files import storing
from catalog.files.mapping import check_mapping, guess
from catalog.files.pruning import prune_later
from catalog.files.queries import file_detail, state_now
from catalog.files.reading import columns_of, text_of
from catalog.models import Catalog, ProductFile
from catalog.queries import live_products
from catalog.references import find_reference
from kernel.errors import Conflict, FieldError, Invalid, TooLarge
from kernel.ids import uuid7
from kernel.jobs import enqueue
from kernel.tenancy.context import Actor
from tenants.access.limits import reserve
from tenants.access.resolver import require, require_some

IMPORT = "catalog:import"
CHECK, RUN, EXPORT = "products.check", "products.import", "products.export"
MOST_BYTES = 20 * 1024 * 1024
State, Direction = ProductFile.State, ProductFile.Direction
_SETTLED = frozenset({State.UPLOADED, State.READY, State.FAILED})
_LONGEST_NAME = 255


def send_file(
    *,
    actor: Actor,
    catalog_id: UUID,
    content: bytes,
    file_name: str,
    kind: str,
    match: str,
    file_id: UUID | None = None,
) -> tuple[ProductFile, bool]:
    """Keep a file of products for the catalog, guess what its columns are and ask for its dry run.

    Where the guess finds nothing to match rows by, it waits for map_columns(). Sending the same bytes with the same
    `file_id` again changes nothing, and the second answer is False; other bytes are a Conflict. Raises Invalid for a
    file that can't be read at all.
    """
    require(actor, IMPORT)
    if file_id is not None and file_id.version != 7:
        message = _("Send a UUID of version 7.")
        raise Invalid(errors=[FieldError("file_id", "wrong_format", message)])
    catalog = find_reference(Catalog, catalog_id)
    if catalog.archived_at is not None:
        raise Conflict(_("This catalog is archived. Take it out of the archive first."), code="archived")
    _check_size(content)
    columns = columns_of(text_of(content), kind)
    new_id, sha256 = file_id or uuid7(), storing.digest(content)
    known = ProductFile.objects.filter(pk=new_id).first()
    if known is not None:
        if (known.sha256, known.catalog_id, known.created_by_id) != (sha256, catalog_id, actor.user_id):
            raise Conflict(_("An object with this id is there already."), code="id_taken")
        return known, False
    file = ProductFile.objects.create(
        id=new_id,
        direction=Direction.IMPORT,
        catalog=catalog,
        format=kind,
        file_name=_file_name(file_name, kind),
        size=len(content),
        sha256=sha256,
        storage_key=storing.keep(str(new_id), content),
        columns=columns,
        mapping=guess(catalog, columns),
        match=match,
        created_by_id=actor.user_id,
        created_by_name=actor.name[:120],
    )
    prune_later()
    if match in file.mapping.values():
        _ask(actor, file, CHECK, State.CHECKING)
    file.refresh_from_db()
    return file, True


def map_columns(*, actor: Actor, file_id: UUID, mapping: Mapping[str, str], match: str) -> ProductFile:
    """Say which column is which field, and do the dry run with that. Raises Conflict once the run is done.

    A run that failed may be mapped anew: what it wrote before counts as unchanged then, or as updated.
    """
    file = _locked(actor, file_id)
    if file.finished_at or state_now(file).state not in _SETTLED:
        raise Conflict(_("This file can't be mapped now."), code="file_state", state=file.state)
    catalog = find_reference(Catalog, _catalog_id(file))
    wanted = {column: mapping.get(column, "") for column in file.columns} | dict(mapping)
    check_mapping(wanted, file.columns, catalog, match)
    file.mapping, file.match, file.cursor, file.counts = wanted, match, 0, {}
    _ask(actor, file, CHECK, State.CHECKING)
    return file


def run_file(*, actor: Actor, file_id: UUID) -> ProductFile:
    """Write what the dry run said; a run that stopped goes on where it stopped.

    Raises LimitReached when the plan has no room for all new products, Conflict before a dry run and after a run.
    """
    file = _locked(actor, file_id)
    if not file.counts or state_now(file).state not in (State.READY, State.FAILED):
        raise Conflict(_("This file is not ready to be run."), code="file_state", state=file.state)
    if not file.cursor:
        reserve("products", live_products, adding=file.counts.get("created", 0))
    _ask(actor, file, RUN, State.RUNNING)
    return file


def export_products(*, actor: Actor, kind: str, filters: Mapping[str, Any], file_id: UUID | None = None) -> ProductFile:
    """Ask for a file of the products that `filters` find and `actor` may see when it is written."""
    require_some(actor, "catalog:view")
    file = ProductFile.objects.create(
        id=file_id or uuid7(),
        direction=Direction.EXPORT,
        catalog_id=filters.get("catalog_id"),
        format=kind,
        file_name=f"products.{kind}",
        filters={name: str(value) if isinstance(value, UUID) else value for name, value in filters.items() if value},
        created_by_id=actor.user_id,
        created_by_name=actor.name[:120],
    )
    prune_later()
    _ask(actor, file, EXPORT, State.RUNNING)
    file.refresh_from_db()
    return file


def _ask(actor: Actor, file: ProductFile, job: str, state: ProductFile.State) -> None:
    file.state, file.error = state, ""
    file.job_id = enqueue(
        job,
        {"file": str(file.pk)},
        actor=actor,
        dedupe_key=str(file.pk),
        serial_key="" if file.direction == Direction.EXPORT else f"products:{file.catalog_id}",
    )
    file.save()


def _locked(actor: Actor, file_id: UUID) -> ProductFile:
    file = file_detail(actor=actor, file_id=file_id, lock=True)
    require(actor, IMPORT, file)
    if file.direction != Direction.IMPORT:
        raise Conflict(_("This is no import."), code="file_state", state=file.state)
    return file


def _catalog_id(file: ProductFile) -> UUID:
    if file.catalog_id is None:
        raise TypeError("An import has a catalog.")
    return file.catalog_id


def _check_size(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        message = _("A file may have %(megabytes)d MB.") % {"megabytes": MOST_BYTES // (1024 * 1024)}
        raise TooLarge(message, errors=[FieldError("/file", "too_large", message)], maximum=MOST_BYTES)
    if not content.strip():
        raise Invalid(errors=[FieldError("/file", "no_rows", _("The file holds no rows."))])


def _file_name(name: str, kind: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:_LONGEST_NAME] or f"products.{kind}"
