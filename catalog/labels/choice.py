"""Which labels something may carry."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from catalog.models import Label
from kernel.errors import FieldError, Invalid

MOST_LABELS = 50


def check_labels(wanted: Sequence[UUID], *, kept: Collection[UUID] = ()) -> list[UUID]:
    """Return `wanted`, each once. Raises Invalid for a label that is not there, or archived and not among `kept`.

    One statement, none where nothing is new.
    """
    chosen = list(dict.fromkeys(wanted))
    if len(chosen) > MOST_LABELS:
        message = _("Choose at most %(most)d labels.") % {"most": MOST_LABELS}
        raise Invalid(errors=[FieldError("/label_ids", "too_large", message)])
    new = [label_id for label_id in chosen if label_id not in kept]
    found = set(Label.objects.filter(pk__in=new, archived_at=None).values_list("pk", flat=True)) if new else set()
    errors = [
        FieldError(f"/label_ids/{place}", "unknown_value", _("There is no such label."))
        for place, label_id in enumerate(wanted)
        if label_id not in kept and label_id not in found
    ]
    if errors:
        raise Invalid(errors=errors)
    return chosen


def relabelled(label_ids: Sequence[UUID], *, add: Sequence[UUID], remove: Collection[UUID]) -> list[UUID]:
    """Return the labels that something carries once `remove` are taken off and `add` put behind the others."""
    kept = [label_id for label_id in label_ids if label_id not in remove]
    return kept + [label_id for label_id in add if label_id not in kept]
