"""What can be done with imports: upload a dump, check it (the dry run), apply what was judged."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.legacy.files import store_dump
from campaigns.legacy.models import ImportBatch
from campaigns.legacy.queries import find_import, state_now
from campaigns.models import Campaign
from catalog.models import Product
from kernel.errors import Conflict, FieldError, Invalid
from kernel.jobs import enqueue
from kernel.tenancy.context import Actor
from tenants.access.limits import reserve
from tenants.access.models import Membership
from tenants.access.resolver import require

DEFAULT_SOURCE = "browser"
CHECK, APPLY = "legacy.check", "legacy.apply"
_CHECKABLE = frozenset({ImportBatch.State.UPLOADED, ImportBatch.State.READY, ImportBatch.State.FAILED})
_APPLICABLE = frozenset({ImportBatch.State.READY, ImportBatch.State.FAILED})
_LONGEST_NAME = 255
_LONGEST_SOURCE = 80


def upload_dump(*, actor: Actor, chunks: Iterable[bytes], file_name: str, source: str = DEFAULT_SOURCE) -> ImportBatch:
    """Keep the uploaded file and ask for its dry run. `source` names the browser: ids are unique within one source."""
    require(actor, "import:run")
    named = _source(source)
    sha256, size = store_dump(chunks)
    batch = ImportBatch.objects.create(
        source=named,
        file_name=_file_name(file_name),
        size=size,
        sha256=sha256,
        created_by_id=actor.user_id,
        created_by_name=actor.name[:120],
    )
    return _ask(actor, batch, CHECK, ImportBatch.State.CHECKING)


def check_dump(*, actor: Actor, batch_id: UUID) -> ImportBatch:
    """Do the dry run again, against what there is now. Refused with Conflict once rows were written."""
    batch = _locked(actor, batch_id)
    if batch.applied or batch.stage or state_now(batch).state not in _CHECKABLE:
        raise Conflict(_("This import can't be checked again."), code="import_state", state=batch.state)
    return _ask(actor, batch, CHECK, ImportBatch.State.CHECKING)


def apply_import(*, actor: Actor, batch_id: UUID, owner_id: UUID | None = None) -> ImportBatch:
    """Ask for the rows that the dry run would create; an import that stopped goes on where it stopped.

    `owner_id` is the account that will own them, by default the organization's holder account. Raises LimitReached
    when the plan has no room for all of them.
    """
    batch = _locked(actor, batch_id)
    if not batch.counts or state_now(batch).state not in _APPLICABLE:
        raise Conflict(_("This import is not ready to be applied."), code="import_state", state=batch.state)
    if owner_id is not None:
        if not Membership.objects.filter(user_id=owner_id, status=Membership.Status.ACTIVE).exists():
            raise Invalid(errors=[FieldError("/owner_id", "unknown_value", _("There is no such person."))])
        batch.owner_id = owner_id
    _reserve_room(batch)
    return _ask(actor, batch, APPLY, ImportBatch.State.APPLYING)


def _reserve_room(batch: ImportBatch) -> None:
    totals = batch.counts["totals"]
    products = totals.get("products", {}).get("created", 0)
    campaigns = sum(totals.get(group, {}).get("created", 0) for group in ("campaigns", "saved_campaigns", "flow"))
    there = {"legacy_source": batch.source, "trashed_at": None}
    if batch.applied:  # what an attempt before has written is counted as used already
        products -= min(products, Product.objects.filter(**there).count())
        campaigns -= min(campaigns, Campaign.objects.filter(**there).count())
    reserve("products", Product.objects.filter(trashed_at=None).count, adding=products)
    reserve("campaigns", Campaign.objects.filter(trashed_at=None).count, adding=campaigns)


def _ask(actor: Actor, batch: ImportBatch, kind: str, state: ImportBatch.State) -> ImportBatch:
    batch.state, batch.error = state, ""
    batch.job_id = enqueue(
        kind,
        {"batch": str(batch.id)},
        actor=actor,
        dedupe_key=str(batch.id),
        serial_key=f"legacy:{batch.source}",
    )
    batch.save()
    return batch


def _locked(actor: Actor, batch_id: UUID) -> ImportBatch:
    require(actor, "import:run")
    return find_import(actor=actor, batch_id=batch_id, lock=True)


def _source(source: str) -> str:
    named = " ".join(source.split()) or DEFAULT_SOURCE
    if len(named) > _LONGEST_SOURCE or not named.isprintable():
        message = _("A source is a name of at most %(most)d characters.") % {"most": _LONGEST_SOURCE}
        raise Invalid(errors=[FieldError("/source", "wrong_format", message)])
    return named


def _file_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:_LONGEST_NAME] or "dump.json"
