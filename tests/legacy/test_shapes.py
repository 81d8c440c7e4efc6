"""A row of a dump, in our shape: it ..."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns.legacy.policy import staged_rows
from campaigns.legacy.shapes import StagedRow
from campaigns.legacy.words import REASONS, WARNINGS
from tests.legacy.dumps import read

PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def shaped(key: str, row: object) -> tuple[StagedRow, Any]:
    """One row of `key`, staged, and its payload."""
    dump = {key: [row]} if key in ("products", "campaigns", "saved_campaigns", "backgrounds") else {key: row}
    [staged] = staged_rows(read(dump), now=NOW)
    assert set(staged.warnings) <= set(WARNINGS)
    assert not staged.reason or staged.reason in REASONS
    return staged, json.loads(staged.payload)


def test_it_brings_a_product_over() -> None:
    row = {
        "id": "1750046400016",
        "name": " Oat Drink ",
        "brand": "Softland",
        "category": "beverages",
        "productUrl": "https://softland.example.test/oat",
        "utmCodes": {"source": "social", "utm_medium": "email", "term": ""},
        "metadata": {"sku": "SO-1", "tags": ["oat"], "retailerUrls": [], "priceRange": "mid"},
        "status": "Active",
        "price": "$4.99",
        "images": [{"url": PNG, "isPrimary": True}, {"url": "https://x.example.test/2.png", "isPrimary": True}],
        "created": "2025-06-16T04:00:00.016Z",
        "updated": "2025-06-16T10:57:55.457Z",
        "shelf": 12,
    }
    content = hashlib.sha256(base64.b64decode(PNG.split(",")[1])).hexdigest()

    staged, payload = shaped("products", row)

    assert (staged.legacy_id, staged.sku, staged.reason) == ("1750046400016", "SO-1", "")
    assert staged.warnings == ("name_trimmed", "price_text", "several_primary")
    assert staged.held_pictures == 1
    assert [picture.as_json() for picture in staged.pictures] == [
        {"state": "held", "path": "/images/0/url", "count": 1, "sha256": content, "mime": "image/png", "bytes": 69}
    ]
    assert payload == {
        "name": "Oat Drink",
        "brand": "Softland",
        "category": "beverages",
        "description": "",
        "url": "https://softland.example.test/oat",
        "sku": "SO-1",
        "status": "active",
        "price_micros": 4_990_000,
        "currency": "USD",
        "created_at": "2025-06-16T04:00:00.016000+00:00",
        "updated_at": "2025-06-16T10:57:55.457000+00:00",
        "data": {
            "images": [
                {"url": f"legacy-picture:sha256:{content}", "isPrimary": True},
                {"url": "https://x.example.test/2.png", "isPrimary": False},
            ],
            "utm": {"source": "social", "medium": "email"},
            "tags": ["oat"],
            "metadata": {"priceRange": "mid"},
            "legacy": {"shelf": 12},
        },
    }


def test_it_brings_a_campaign_of_the_first_builder_over() -> None:
    row = {
        "id": "1747921241958",
        "productId": 17,
        "name": "Summer",
        "status": "Published",
        "info": True,
        "created": "5/22/2025",
        "type": "Add to Cart",
        "budget": "$1,250.50",
        "starts": "Not Set",
        "ends": "Not Set",
        "adData": {"audience": {"type": "dink"}, "url": "blob:http://x/1", "product": {"id": "17"}, "adSize": "320x50"},
    }

    staged, payload = shaped("campaigns", row)

    assert staged.warnings == ("budget_coerced", "image_lost", "product_id_coerced", "status_mapped")
    assert staged.product_ref == "17"
    assert payload == {
        "name": "Summer",
        "status": "active",
        "objective": "",
        "starts_at": None,
        "ends_at": None,
        "budget_micros": 1_250_500_000,
        "currency": "USD",
        "product_ref": "17",
        "created_at": "2025-05-22T13:40:41.958000+00:00",
        "updated_at": "2025-05-22T13:40:41.958000+00:00",
        "data": {
            "builder": "v1",
            "type": "Add to Cart",
            "audience": {"type": "dink"},
            "product_copy": {"id": "17"},
            "creative": {"url": "blob:http://x/1", "adSize": "320x50"},
            "legacy": {"status": "Published", "info": True, "budget": "$1,250.50"},
        },
    }


def test_it_brings_a_saved_flow_over_without_its_invented_figures() -> None:
    variation = {"id": "SQUARE_A", "performance": {"estimatedCTR": "1.87"}, "elements": {"headline": "Hi"}}
    row = {
        "id": "campaign_1750784188237_udswzs8ck",
        "name": "",
        "status": "draft",
        "createdAt": "2025-06-24T16:56:28.237Z",
        "savedAt": "2025-06-24T17:00:00.000Z",
        "data": {
            "id": "campaign_1750783588237",
            "name": "Oat Campaign",
            "version": 2,
            "product": {"id": "p1", "name": "Oat"},
            "audience": {"dietType": {"overlay": True, "types": ["plant-based", "keto"]}},
            "platforms": {
                "totalBudget": 1500,
                "campaignObjective": "traffic",
                "duration": 14,
                "startDate": "2025-06-25",
            },
            "creative": {"selectedFormats": ["SQUARE"], "creatives": {"SQUARE": {"variations": [variation]}}},
            "publish": {"launchSchedule": "immediate"},
        },
        "summary": {"estimatedClicks": 2000},
    }

    staged, payload = shaped("saved_campaigns", row)

    assert staged.warnings == ("format_id_upper", "name_from_flow")
    assert (staged.flow_id, staged.product_ref) == ("campaign_1750783588237", "p1")
    assert payload["data"].pop("product_copy") == {"id": "p1", "name": "Oat"}
    assert payload == {
        "name": "Oat Campaign",
        "status": "draft",
        "objective": "traffic",
        "starts_at": "2025-06-25T00:00:00+00:00",
        "ends_at": "2025-07-09T00:00:00+00:00",
        "budget_micros": 1_500_000_000,
        "currency": "USD",
        "product_ref": "p1",
        "created_at": "2025-06-24T16:56:28.237000+00:00",
        "updated_at": "2025-06-24T17:00:00+00:00",
        "data": {
            "builder": "v2",
            "flow_id": "campaign_1750783588237",
            "audience": {"dietType": {"overlay": True, "types": ["plant_based", "keto"]}},
            "platforms": row["data"]["platforms"],  # type: ignore[index]
            "creative": {
                "selectedFormats": ["square"],
                "creatives": {"square": {"variations": [{"id": "SQUARE_A", "elements": {"headline": "Hi"}}]}},
            },
            "publish": {"launchSchedule": "immediate"},
            "left_out": ["summary", "performance"],
            "legacy": {
                "createdAt": "2025-06-24T16:56:28.237Z",
                "savedAt": "2025-06-24T17:00:00.000Z",
                "flow": {"name": "Oat Campaign", "version": 2},
            },
        },
    }


def test_it_gives_a_nameless_draft_the_name_that_its_flow_would_have() -> None:
    draft = {"stepData": {"product": {"id": "p1", "name": "Oat"}}, "expiresAt": "2025-07-01T00:00:00Z"}

    staged, payload = shaped("campaign_draft_campaign_1750766460017", draft)

    assert staged.legacy_id == staged.flow_id == "campaign_1750766460017"
    assert payload["name"] == "Oat Campaign"
    assert staged.warnings == ("audience_missing", "draft_expired", "draft_only", "platforms_untouched")


@pytest.mark.parametrize(
    ("key", "row", "reason"),
    [
        ("products", None, "not_object"),
        ("products", {"name": "A"}, "missing_id"),
        ("products", {"id": "  ", "name": "A"}, "missing_id"),
        ("products", {"id": True, "name": "A"}, "bad_id"),
        ("products", {"id": "x" * 201, "name": "A"}, "bad_id"),
        ("products", {"id": "1", "name": " "}, "missing_name"),
        ("products", {"id": "1", "name": ["A"]}, "missing_name"),
        ("campaigns", {"id": "1", "adData": {"campaignName": "N/A"}}, "missing_name"),
        ("saved_campaigns", {"id": "1", "data": {"name": ""}}, "missing_name"),
        ("saved_campaigns", [], "not_object"),
        ("campaign_minimal_campaign_1", {"product": {"name": "A"}}, "partial_only"),
        ("campaign_recovery_campaign_1", {"lastStep": "creative"}, "no_content"),
        ("campaign_draft_campaign_1", {"name": "", "product": None, "platforms": []}, "no_content"),
        ("campaign_draft_campaign_1", [1], "not_object"),
        ("backgrounds", {"imageUrl": "https://x.example.test/b.png"}, "missing_id"),
    ],
)
def test_it_rejects_what_can_not_be_imported_and_keeps_the_row(key: str, row: object, reason: str) -> None:
    staged, payload = shaped(key, row)

    assert staged.reason == reason
    assert payload == row
    assert staged.warnings == ()


def test_it_keeps_ids_as_text_with_every_digit() -> None:
    staged, _payload = shaped("products", {"id": 9007199254740993, "name": "A"})

    assert staged.legacy_id == "9007199254740993"
    assert "id_coerced" in staged.warnings


def test_it_takes_the_time_from_the_id_where_the_written_date_is_ambiguous() -> None:
    row = {
        "id": "1748185200009",
        "name": "A",
        "status": "Draft",
        "created": "25/05/2025",
        "adData": {"audience": {"a": 1}},
    }

    staged, payload = shaped("campaigns", row)

    assert staged.warnings == ("created_from_id",)
    assert payload["created_at"] == "2025-05-25T15:00:00.009000+00:00"
    assert payload["data"]["legacy"] == {"created": "25/05/2025"}


def test_it_does_not_import_an_address_that_is_no_web_address() -> None:
    staged, payload = shaped("products", {"id": "1", "name": "A", "productUrl": "javascript:alert(1)"})

    assert payload["url"] == ""
    assert payload["data"]["legacy"] == {"productUrl": "javascript:alert(1)"}
    assert "address_refused" in staged.warnings


@pytest.mark.parametrize(
    ("address", "state"),
    [
        (PNG, "held"),
        (PNG[:60], "undecodable"),
        (PNG + "%", "undecodable"),
        ("data:image/png;base64,", "undecodable"),
        ("data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'/>", "refused"),
        ("data:text/html;base64,PGI+", "refused"),
        ("blob:http://localhost:3001/x", "lost"),
        ("[IMAGE_DATA_PLACEHOLDER]", "lost"),
    ],
)
def test_it_knows_what_became_of_a_picture(address: str, state: str) -> None:
    staged, payload = shaped("products", {"id": "1", "name": "A", "images": [{"url": address}, {"url": address}]})

    assert [(picture.state, picture.count) for picture in staged.pictures] == [(state, 2)]
    assert ("base64" in staged.payload) is False
    assert payload["data"]["images"][0] == payload["data"]["images"][1]


def test_it_finds_a_picture_inside_a_style() -> None:
    style = f"url({PNG}) no-repeat"

    staged, payload = shaped("campaigns", {"id": "1", "name": "A", "adData": {"style": style, "audience": {"a": 1}}})

    sha256 = staged.pictures[0].sha256
    assert payload["data"]["creative"] == {"style": f"url(legacy-picture:sha256:{sha256}) no-repeat"}


def test_it_leaves_a_text_alone_that_only_looks_like_an_address() -> None:
    texts = ["data: the new oil", "blob: a film", "data:", "see data:image/ docs"]

    staged, payload = shaped("products", {"id": "1", "name": "A", "notes": texts})

    assert staged.pictures == ()
    assert payload["data"]["legacy"] == {"notes": texts}
