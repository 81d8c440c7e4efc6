"""What the five-step flow left: `saved_campaigns`, and its per-flow keys (drafts, completed, minimal, recovery)."""

from datetime import datetime

from campaigns.legacy.campaigns import take_name
from campaigns.legacy.fields import Reading, identity, made_at, moment, name_of
from campaigns.legacy.pictures import Pictures
from campaigns.legacy.products import warn_of_pictures
from campaigns.legacy.shapes import Shaped
from campaigns.legacy.steps import flow_payload
from campaigns.legacy.vocabulary import FLOW_STATUSES, OUR_CAMPAIGN_STATUSES, STEPS, Key, Kind


def shape_saved(row: dict[str, object], pictures: Pictures) -> Shaped:
    """Return a row of `saved_campaigns` in our shape; its flow id ties it to the per-flow keys."""
    legacy_id, id_note = identity(row.get("id"))
    if not legacy_id:
        return Shaped(reason=id_note, payload=row)
    flow = _object(row.get("data"))
    flow_id, _note = identity(flow.get("id"))
    name, which = name_of(row.get("name"), _object(flow.get("publish")).get("campaignName"), flow.get("name"))
    if not name:
        return Shaped(legacy_id, reason="missing_name", flow_id=flow_id, payload=row)
    reading = Reading(row)
    if id_note:
        reading.warn(id_note)
    if which:
        reading.warn("name_from_flow")
    reading.take("id")
    reading.part("data")
    warn_of_pictures(reading, pictures)
    stored_name = take_name(reading, name)
    status = reading.status(FLOW_STATUSES, OUR_CAMPAIGN_STATUSES)
    # The summary is estimates, most of them invented; what is true in it stands in the steps.
    left_out = ["summary"] if reading.take("summary") is not None else []
    changed = moment(row.get("savedAt")) or moment(row.get("createdAt"))
    payload = flow_payload(
        Reading(flow, reading.warnings),
        name=stored_name,
        status=status,
        flow_id=flow_id,
        made=made_at(legacy_id) or moment(row.get("createdAt")),
        changed=changed,
        beside=reading.rest,
        left_out=left_out,
    )
    return Shaped(
        legacy_id,
        name=stored_name,
        flow_id=flow_id,
        product_ref=str(payload["product_ref"]),
        twin=flow_id or None,
        beside=row,
        launched="launchedAt" in row or row.get("status") == "active",
        changed_at=changed,
        payload=payload,
        warnings=frozenset(reading.warnings),
    )


def shape_flow_entry(key: Key, row: dict[str, object], pictures: Pictures, now: datetime) -> Shaped:
    """Return a per-flow key in our shape. Its id is the flow's; the key's name has it where the value does not."""
    flow_id, id_note = identity(row.get("id", row.get("campaignId")))
    flow_id = flow_id or identity(key.flow)[0]
    if not flow_id:
        return Shaped(reason="missing_id", payload=row)
    changed = moment(row.get("updatedAt")) or moment(row.get("autoSavedAt"))
    if key.kind in (Kind.MINIMAL, Kind.RECOVERY):
        reason = "partial_only" if key.kind is Kind.MINIMAL else "no_content"
        return Shaped(flow_id, reason=reason, flow_id=flow_id, changed_at=changed, payload=row)
    reading = Reading(row)
    if id_note == "id_coerced":
        reading.warn(id_note)
    if isinstance(row.get("stepData"), dict):
        _open_adapter_shape(reading, now)
    if not _has_content(reading):
        return Shaped(flow_id, reason="no_content", flow_id=flow_id, payload=row)
    if key.kind is Kind.DRAFT:
        reading.warn("draft_only")
    warn_of_pictures(reading, pictures)
    made = made_at(flow_id) or moment(row.get("createdAt"))
    for field in ("id", "campaignId"):
        reading.take(field)
    stored_name = take_name(reading, _entry_name(reading, flow_id))
    payload = flow_payload(
        reading,
        name=stored_name,
        status=_entry_status(reading),
        flow_id=flow_id,
        made=made,
        changed=changed,
        beside={},
        left_out=[],
    )
    return Shaped(
        flow_id,
        name=stored_name,
        flow_id=flow_id,
        product_ref=str(payload["product_ref"]),
        beside=row,
        changed_at=changed,
        payload=payload,
        warnings=frozenset(reading.warnings),
    )


def _open_adapter_shape(reading: Reading, now: datetime) -> None:
    """One build wrapped the steps in `stepData` and gave the draft a date to die on."""
    for step, value in reading.part("stepData").items():
        reading.rest.setdefault(step, value)
    expires = moment(reading.rest.get("expiresAt"))
    if expires and expires < now:
        reading.warn("draft_expired")


def _has_content(reading: Reading) -> bool:
    return bool(name_of(reading.rest.get("name"))[0]) or any(reading.rest.get(step) for step in STEPS)


def _entry_name(reading: Reading, flow_id: str) -> str:
    """A draft need not have a name; the flow itself would have called it after its product."""
    publish, product = _object(reading.rest.get("publish")), _object(reading.rest.get("product"))
    name, _which = name_of(reading.rest.get("name"), publish.get("campaignName"))
    if name:
        return name
    product_name, _which = name_of(product.get("name"))
    if product_name:
        return f"{product_name} Campaign"
    reading.warn("name_placeholder")
    return f"Unnamed draft {flow_id}"


def _entry_status(reading: Reading) -> str:
    if reading.rest.get("status") is None:
        reading.take("status")
        return "draft"
    return reading.status(FLOW_STATUSES, OUR_CAMPAIGN_STATUSES)


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
