"""Rows of `campaigns`: what the first builder saved, in all its builds."""

from datetime import UTC, datetime, timedelta
from typing import Final

from campaigns.legacy.fields import (
    Reading,
    identity,
    iso,
    made_at,
    micros,
    moment,
    name_of,
    us_date,
    without_empty,
)
from campaigns.legacy.pictures import Pictures
from campaigns.legacy.products import warn_of_pictures
from campaigns.legacy.shapes import MOST_NAME, Shaped
from campaigns.legacy.vocabulary import CAMPAIGN_STATUSES, NOT_SET, OUR_CAMPAIGN_STATUSES, PLACEHOLDER_NAMES

_ONE_DAY: Final = timedelta(days=1)  # the id is UTC, the date is the browser's


def shape_campaign(row: dict[str, object], pictures: Pictures) -> Shaped:
    """Return a row of the first builder in our shape."""
    legacy_id, id_note = identity(row.get("id"))
    if not legacy_id:
        return Shaped(reason=id_note, payload=row)
    creative = row.get("adData")
    creative = creative if isinstance(creative, dict) else {}
    name, which = name_of(row.get("name"), creative.get("campaignName"))
    if not name:
        return Shaped(legacy_id, reason="missing_name", payload=row)
    reading = Reading(row)
    if id_note:
        reading.warn(id_note)
    if which == 1:
        reading.warn("name_from_addata")
    if name in PLACEHOLDER_NAMES:
        reading.warn("name_placeholder")
    product_ref = _product_ref(reading, creative)
    payload = _payload(reading, legacy_id, name, product_ref)
    warn_of_pictures(reading, pictures)
    return Shaped(
        legacy_id,
        name=name[:MOST_NAME],
        product_ref=product_ref,
        twin=[name, creative] if creative else None,
        beside={field: value for field, value in row.items() if field != "adData" or not creative},
        payload=payload,
        warnings=frozenset(reading.warnings),
    )


def take_name(reading: Reading, name: str) -> str:
    """Take the row's own name; what of it does not fit stays in `rest`. Returns the name to store."""
    raw = reading.take("name")
    if isinstance(raw, str) and raw.strip() and raw != raw.strip():
        reading.warn("name_trimmed")
    if len(name) > MOST_NAME:
        reading.warn("text_cut")
        reading.rest["name"] = name
    return name[:MOST_NAME]


def _product_ref(reading: Reading, creative: dict[str, object]) -> str:
    value = reading.take("productId")
    if value is None:
        value = creative.get("productId")
    reference, note = identity(value)
    if note == "id_coerced":
        reading.warn("product_id_coerced")
    elif note == "bad_id":
        reading.warn("field_unreadable")
        reading.rest["productId"] = value
    return reference


def _payload(reading: Reading, legacy_id: str, name: str, product_ref: str) -> dict[str, object]:
    reading.take("id")
    made = iso(_made(reading, legacy_id))
    creative = Reading(reading.part("adData"), reading.warnings)
    if not creative.rest:
        reading.warn("no_creative")
    elif not creative.rest.get("audience"):
        reading.warn("audience_missing")
    stored_name = take_name(reading, name)
    starts, ends = _schedule(reading)
    budget, currency = _budget(reading)
    return {
        "name": stored_name,
        "status": reading.status(CAMPAIGN_STATUSES, OUR_CAMPAIGN_STATUSES),
        "objective": "",
        "starts_at": iso(starts),
        "ends_at": iso(ends),
        "budget_micros": budget,
        "currency": currency,
        "product_ref": product_ref,
        "created_at": made,
        "updated_at": made,
        "data": without_empty(
            (
                ("builder", "v1"),
                ("type", reading.text("type", 80)),
                ("audience", creative.part("audience")),
                ("utm", creative.part("utmData")),
                ("product_copy", creative.take("product")),
                ("creative", creative.rest),
                ("legacy", reading.rest),
            )
        ),
    }


def _made(reading: Reading, legacy_id: str) -> datetime | None:
    """The id is a clock reading; `created` is a date in whatever way the browser's locale writes it."""
    value = reading.rest.get("created")
    exact, day = moment(value), us_date(value)
    written = exact or (datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None)
    made = made_at(legacy_id)
    if value is None or (written and (made is None or abs(written.date() - made.date()) <= _ONE_DAY)):
        reading.take("created")
    if made is None and written is None:
        reading.warn("created_bad")
    elif "created" in reading.rest:
        reading.warn("created_from_id")
    return made or written


def _schedule(reading: Reading) -> tuple[datetime | None, datetime | None]:
    found: dict[str, datetime | None] = {}
    for name in ("starts", "ends"):
        value = reading.rest.get(name)
        if value is None or (isinstance(value, str) and value.strip().lower() in NOT_SET):
            found[name] = None
            reading.take(name)
            continue
        found[name] = moment(value)
        if found[name] is None:
            reading.warn("date_unreadable")
        else:
            reading.take(name)
    starts, ends = found["starts"], found["ends"]
    if starts and ends and ends < starts:
        reading.warn("date_unreadable")
        reading.rest["ends"], ends = iso(ends), None
    return starts, ends


def _budget(reading: Reading) -> tuple[int | None, str]:
    """The application only ever stored "$0.00", which means that none is set."""
    value = reading.rest.get("budget")
    if value in (None, "", "$0.00"):
        reading.take("budget")
        return None, ""
    amount = micros(value)
    reading.warn("budget_coerced" if amount else "budget_unreadable")
    return amount if amount and amount[0] else (None, "")
