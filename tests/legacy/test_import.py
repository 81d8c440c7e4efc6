"""The import of a dump: it ..."""

from typing import Any

import pytest
from django.conf import LazySettings

from campaigns.legacy import applying, commands, jobs, queries
from campaigns.legacy.models import ImportBatch, ImportPayload, ImportRow, LegacyIdentity
from campaigns.models import Campaign
from kernel.errors import Conflict, Invalid, LimitReached, NotAllowed, NotFound, TooLarge
from kernel.ids import uuid7
from kernel.jobs.models import Job
from kernel.storage import tenant_path
from kernel.tenancy.context import SYSTEM
from tenants import records
from tenants.access.models import Membership, Role
from tenants.models import User
from tests.legacy.dumps import FORMS, expected, small
from tests.legacy.importing import MARKETER, OWNER, Importer, run_job

COUNTED = ("totals", "rejected_reasons", "warnings", "campaign_product_links", "images")
PRODUCT = {"id": "1", "name": "Oat", "brand": "B", "category": "snacks", "status": "Active", "created": "2025-06-16"}
CAMPAIGN = {
    "id": "c1",
    "name": "Push",
    "status": "Draft",
    "created": "6/16/2025",
    "adData": {"audience": {"type": "dink"}},
}


@pytest.mark.parametrize("form", FORMS)
def test_it_judges_every_row_of_the_sample_as_expected(importer: Importer, form: str) -> None:
    wanted = expected()

    batch = importer.check(FORMS[form](small()))

    assert batch.state == "ready"
    assert {name: batch.counts[name] for name in COUNTED} == {name: wanted[name] for name in COUNTED}
    rows = importer.rows(batch)
    for row in wanted["rows"]:
        path = f"/{row['key']}" if row["key"].startswith("campaign_") else f"/{row['key']}/{row['index']}"
        found = rows.pop(path)
        assert (found.verdict, sorted(found.warnings)) == (row["outcome"], row["warnings"]), path
        assert found.code == row["reason"] or row["outcome"] != "rejected", path
    assert {(row.verdict, tuple(row.warnings)) for row in rows.values()} == {
        ("created", ()),
        ("pending", ()),
        ("kept", ()),
    }


def test_it_writes_nothing_in_the_dry_run(importer: Importer) -> None:
    batch = importer.check(FORMS["double"](small()))

    assert batch.counts["totals"] == expected()["totals"]
    assert (importer.products(), importer.campaigns()) == ({}, {})
    assert importer.entries(source__in=["import", "console"]) == []
    with importer.scope():
        assert LegacyIdentity.objects.count() == 0


def test_it_writes_what_the_dry_run_promised(importer: Importer) -> None:
    batch = importer.whole(FORMS["double"](small()))

    assert (batch.state, batch.applied, batch.error) == ("done", 37 + 21 + 14 + 6 + 5, "")
    assert {name: batch.counts[name] for name in COUNTED} == {name: expected()[name] for name in COUNTED}
    products, campaigns = importer.products(), importer.campaigns()
    assert (len(products), len(campaigns)) == (37, 21 + 14 + 6)
    linked = [campaign for campaign in campaigns.values() if campaign.product and "builder" in campaign.data]
    assert len([c for c in linked if c.data["builder"] == "v1" or str(c.legacy_id).count("_") == 2]) == 26
    burger = products["1750050514287"]
    assert (burger.name, burger.status, burger.sku) == ("Beet & Bean Veggie Burger 14 oz", "active", "PO-FRO-00003")
    assert burger.created_at.isoformat() == "2025-06-16T05:08:34.287000+00:00"
    assert burger.legacy_source == "browser"


def test_it_gives_what_it_made_to_an_account_that_can_not_sign_in(importer: Importer) -> None:
    importer.whole({"products": [PRODUCT], "campaigns": [CAMPAIGN]})

    owner = User.objects.get(pk=importer.products()["1"].owner_id)
    assert (owner.is_active, owner.has_usable_password(), importer.campaigns()["c1"].owner_id) == (
        False,
        False,
        owner.pk,
    )
    with importer.scope():
        assert Membership.objects.get(user_id=owner.pk).status == "holder"


def test_it_records_each_row_once_with_who_imported_it(importer: Importer) -> None:
    batch = importer.whole({"products": [PRODUCT], "campaigns": [CAMPAIGN, CAMPAIGN | {"id": "c2", "name": "Pull"}]})

    entries = importer.entries(event="create", object_repr__in=["Oat", "Push", "Pull"])
    assert sorted(entry.object_repr for entry in entries) == ["Oat", "Pull", "Push"]
    assert {(entry.actor_name, entry.source, entry.cid, entry.job_id) for entry in entries} == {
        (OWNER.name, "import", "r-1", batch.job_id)
    }
    [summary] = importer.entries(event="import.done")
    assert (summary.object_repr, summary.object_pk) == ("dump.json", str(batch.id))


def test_it_writes_nothing_the_second_time(importer: Importer) -> None:
    dump = FORMS["double"](small())
    importer.whole(dump)
    before, entries = importer.contents(), len(importer.entries())

    again = importer.whole(FORMS["other order"](small()))

    assert (again.state, again.applied) == ("done", 0)
    assert importer.contents() == before
    assert len(importer.entries()) == entries
    assert [figures.created for figures in queries.figures(again)] == [0] * 5
    codes = {row.code for row in importer.rows(again).values() if row.verdict == "duplicate"}
    assert codes == {"already_imported", "superseded", "superseded_newer"}
    conflicts = [row.legacy_id for row in importer.rows(again).values() if row.verdict == "conflict"]
    assert len(conflicts) == 3


def test_it_never_overwrites_and_holds_what_changed_since(importer: Importer) -> None:
    importer.whole({"products": [PRODUCT]})

    again = importer.whole({"products": [PRODUCT | {"name": "Oat, renamed"}, PRODUCT | {"id": "2", "name": "New"}]})

    assert importer.verdicts(again) == {"/products/0": "conflict changed_since_import", "/products/1": "created"}
    assert {key: product.name for key, product in importer.products().items()} == {"1": "Oat", "2": "New"}


def test_it_compares_with_what_the_dump_said_and_not_with_what_became_of_it(importer: Importer) -> None:
    importer.whole({"products": [PRODUCT]})
    with importer.scope():
        product = importer.products()["1"]
        product.name = "Renamed here"
        product.save()

    again = importer.whole({"products": [PRODUCT]})

    assert importer.verdicts(again) == {"/products/0": "duplicate already_imported"}
    assert importer.products()["1"].name == "Renamed here"


def test_it_keeps_the_same_ids_of_two_browsers_apart(importer: Importer) -> None:
    importer.whole({"products": [PRODUCT], "campaigns": [CAMPAIGN | {"productId": "1"}]})

    importer.whole({"products": [PRODUCT], "campaigns": [CAMPAIGN | {"productId": "1"}]}, source="Lisa's laptop")

    with importer.scope():
        linked = Campaign.objects.values_list("legacy_source", "product__legacy_source").order_by("legacy_source")
        assert list(linked) == [("Lisa's laptop", "Lisa's laptop"), ("browser", "browser")]


def test_it_links_a_campaign_to_a_product_that_an_earlier_dump_brought(importer: Importer) -> None:
    importer.whole({"products": [PRODUCT]})

    batch = importer.whole({"campaigns": [CAMPAIGN | {"productId": 1}, CAMPAIGN | {"id": "c2", "productId": "x"}]})

    product = importer.campaigns()["c1"].product
    assert product is not None
    assert product.legacy_id == "1"
    rows = importer.rows(batch)
    assert (rows["/campaigns/0"].warnings, rows["/campaigns/1"].warnings) == (
        ["product_id_coerced"],
        ["probable_duplicate", "product_missing"],
    )


def test_it_takes_the_best_of_one_flow_wherever_it_stands(importer: Importer) -> None:
    flow = {"id": "campaign_1", "name": "Flow", "product": {"id": "1", "name": "Oat"}}
    late = {"updatedAt": "2025-06-25T10:00:00.001Z"}
    dump = {
        "campaign_recovery_campaign_1": {"id": "campaign_1", "lastStep": "creative"},
        "campaign_minimal_campaign_1": {"id": "campaign_1", "product": {"name": "Oat"}},
        "campaign_draft_campaign_1": flow,
        "campaign_draft_campaign_2": flow | {"id": "campaign_2"},
        "campaign_minimal_campaign_2": {"id": "campaign_2"},
        "campaign_minimal_campaign_3": {"id": "campaign_3"},
        "campaign_campaign_1": flow | late | {"status": "completed"},
        "saved_campaigns": [
            {"id": "campaign_9_x", "name": "Saved", "status": "draft", "savedAt": "2025-06-25T10:00:00Z", "data": flow}
        ],
    }

    batch = importer.whole(dump)

    assert importer.verdicts(batch) == {
        "/campaign_recovery_campaign_1": "duplicate superseded",
        "/campaign_minimal_campaign_1": "duplicate superseded",
        "/campaign_draft_campaign_1": "duplicate superseded",
        "/campaign_draft_campaign_2": "created",
        "/campaign_minimal_campaign_2": "duplicate superseded",
        "/campaign_minimal_campaign_3": "rejected partial_only",
        "/campaign_campaign_1": "duplicate superseded_newer",
        "/saved_campaigns/0": "created",
    }
    assert sorted(importer.campaigns()) == ["campaign_2", "campaign_9_x"]

    later = importer.whole({"campaign_draft_campaign_1": flow | late | {"name": "Later"}})
    assert importer.verdicts(later) == {"/campaign_draft_campaign_1": "duplicate superseded_newer"}


def test_it_holds_an_id_that_something_of_another_kind_has(importer: Importer) -> None:
    saved = {"id": "c1", "name": "Saved", "status": "draft", "data": {"id": "campaign_5"}}

    first = importer.whole({"saved_campaigns": [saved], "campaigns": [CAMPAIGN]})
    later = importer.whole({"campaign_draft_c1": {"id": "c1", "name": "Draft"}})

    assert importer.verdicts(first) == {"/saved_campaigns/0": "conflict id_taken", "/campaigns/0": "created"}
    assert importer.verdicts(later) == {"/campaign_draft_c1": "conflict id_taken"}
    assert {key: campaign.name for key, campaign in importer.campaigns().items()} == {"c1": "Push"}


def test_it_does_not_write_over_what_another_import_wrote_meanwhile(importer: Importer) -> None:
    first = importer.check({"products": [PRODUCT, PRODUCT | {"id": "2"}]})
    second = importer.check({"products": [PRODUCT | {"name": "Other"}, PRODUCT | {"id": "2"}, PRODUCT | {"id": "3"}]})
    assert set(importer.verdicts(second).values()) == {"created"}
    importer.apply(first)

    second = importer.apply(second)

    assert importer.verdicts(second) == {
        "/products/0": "conflict changed_since_import",
        "/products/1": "duplicate already_imported",
        "/products/2": "created",
    }
    assert second.counts["totals"]["products"] == {
        "rows": 3,
        "created": 1,
        "duplicate": 1,
        "conflict": 1,
        "rejected": 0,
    }
    assert {key: product.name for key, product in importer.products().items()} == {"1": "Oat", "2": "Oat", "3": "Oat"}


def test_it_refuses_a_broken_file_as_a_whole_and_says_where(importer: Importer) -> None:
    content = b'{"products": [{"id": "1", "name": "A"}], "campaigns": [{"id": "c1"}'

    batch_id = importer.upload(content)
    job = run_job()

    batch = importer.batch(batch_id)
    assert (job.state, batch.state, batch.counts) == ("failed", "failed", {})
    assert batch.error == f"Byte {len(content)}: a comma or a closing bracket is missing in a list."
    with importer.scope():
        assert (ImportRow.objects.count(), ImportPayload.objects.count()) == (0, 0)
        with pytest.raises(Conflict):
            commands.apply_import(actor=OWNER, batch_id=batch_id)


def test_it_brings_nothing_of_a_key_whose_text_breaks_off(importer: Importer) -> None:
    batch = importer.whole({"products": '[{"id": "1", "name": "A"}, {"id": "2"', "campaigns": [CAMPAIGN]})

    assert importer.verdicts(batch) == {
        "/products/0": "rejected key_broken",
        "/products": "rejected broken_json",
        "/campaigns/0": "created",
    }
    assert (importer.products(), list(importer.campaigns())) == ({}, ["c1"])


def test_it_imports_the_rows_around_hostile_ones(importer: Importer) -> None:
    hostile = [
        r'{"id": "1", "name": "a\u0000b"}',
        r'{"id": "2", "name": "\ud800"}',
        '{"id": "3", "name": "x", "deep": ' + "[" * 50 + "]" * 50 + "}",
        '{"id": "4", "name": NaN}',
        '{"id": 9007199254740993, "name": "big id", "price": 12345678901234567890.125, "n": 1e300}',
        '{"id": {"a": 1}, "name": ["x"], "images": "none", "metadata": 7}',
        '{"id": "5", "name": 17, "images": {"a": 1}, "metadata": [1], "price": true, "utmCodes": "x", "status": []}',
    ]

    batch = importer.whole(('{"products": [' + ",".join(hostile) + "]}").encode())

    assert list(importer.verdicts(batch).values()) == [
        "rejected nul_character",
        "rejected lone_surrogate",
        "rejected too_deep",
        "rejected bad_number",
        "created",
        "rejected bad_id",
        "created",
    ]
    big, odd = importer.products()["9007199254740993"], importer.products()["5"]
    assert big.data["legacy"] == {"n": 10**300, "price": 12345678901234567890.125}
    assert (odd.name, odd.status, odd.data["legacy"]["images"]) == ("17", "draft", {"a": 1})


def test_it_never_stores_the_value_of_an_unknown_key(importer: Importer) -> None:
    batch = importer.check({"auth.token": "top-secret-value", "products": [PRODUCT]})

    assert (batch.counts["unknown_keys"], batch.counts["unknown_key_count"]) == (["auth.token"], 1)
    with importer.scope():
        assert "top-secret" not in str(list(ImportPayload.objects.values())) + str(list(ImportRow.objects.values()))


def test_it_goes_on_behind_the_last_chunk_wherever_it_was_stopped(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small_chunks(*arguments: Any, **options: Any) -> tuple[int, int]:
        return whole(*arguments, **options, size=4)

    whole = applying.apply_chunk
    monkeypatch.setattr(jobs, "apply_chunk", small_chunks)
    importer.whole(FORMS["double"](small()), source="uninterrupted")
    wanted = [_without_source(row) for row in importer.contents()["campaigns"]]

    batch = importer.check(FORMS["double"](small()))
    importer.ask(batch)
    stops = 0

    def stop_after(*arguments: Any, **options: Any) -> tuple[int, int]:
        nonlocal stops
        stops += 1
        if stops % 3 == 0:
            raise RuntimeError("the power is gone")
        return small_chunks(*arguments, **options)

    monkeypatch.setattr(jobs, "apply_chunk", stop_after)
    for _attempt in range(40):
        job = run_job()
        if job.state == "done":
            break
        Job.objects.filter(pk=job.pk).update(state="pending", attempt=0, run_at=job.created_at)

    run_job()  # what follows an import that is done

    assert (job.state, importer.batch(batch.id).applied) == ("done", 83)
    found = [_without_source(row) for row in importer.contents()["campaigns"] if row["legacy_source"] == "browser"]
    assert found == wanted
    assert len(importer.entries(event="create", source="import", job_id=job.id)) == 37 + 41


def _without_source(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "legacy_source"}


def test_it_is_for_those_who_may_import(importer: Importer) -> None:
    batch = importer.check({"products": [PRODUCT]})
    with importer.scope(MARKETER):
        with pytest.raises(NotAllowed):
            commands.upload_dump(actor=MARKETER, chunks=[b"{}"], file_name="a.json")
        with pytest.raises(NotAllowed):
            commands.apply_import(actor=MARKETER, batch_id=batch.id)
        with pytest.raises(NotAllowed):
            commands.check_dump(actor=MARKETER, batch_id=batch.id)
        with pytest.raises(NotAllowed):
            queries.import_list(actor=MARKETER)
        assert ImportBatch.objects.count() == 1
        with pytest.raises(NotFound):
            queries.find_import(actor=OWNER, batch_id=uuid7())
    assert importer.products() == {}


def test_it_refuses_more_than_the_plan_allows(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = importer.check({"products": [PRODUCT], "campaigns": [CAMPAIGN, CAMPAIGN | {"id": "c2"}]})
    monkeypatch.setattr(type(importer.organization), "limits", {"campaigns": 1, "products": 5}, raising=False)

    with pytest.raises(LimitReached) as caught:
        importer.ask(batch)

    assert caught.value.extra == {"limit": "campaigns", "current": 0, "maximum": 1}
    assert importer.batch(batch.id).state == "ready"


def test_it_refuses_a_file_that_is_too_large_and_keeps_nothing_of_it(
    importer: Importer, settings: LazySettings
) -> None:
    settings.MAX_DUMP_BYTES = 2500

    with pytest.raises(TooLarge):
        importer.upload(b"x" * 2501)

    with importer.scope():
        assert ImportBatch.objects.count() == 0
    assert list(tenant_path(importer.organization, "dumps").iterdir()) == []


@pytest.mark.parametrize("source", ["x" * 81, "a\u202eb", "a\0b"])
def test_it_refuses_a_source_that_is_no_name(importer: Importer, source: str) -> None:
    with pytest.raises(Invalid):
        importer.upload(b"{}", source=source)


def test_it_keeps_the_upload_privately_and_names_it_by_its_content(importer: Importer) -> None:
    batch = importer.check(b"{}", source="  my   browser ")

    [stored] = list(tenant_path(importer.organization, "dumps").iterdir())
    assert (stored.name, stored.read_bytes(), stored.stat().st_mode & 0o777) == (batch.sha256, b"{}", 0o600)
    assert (batch.source, batch.file_name, batch.size, batch.state) == ("my browser", "dump.json", 2, "ready")


def test_it_is_checked_again_against_what_there_is_now(importer: Importer) -> None:
    batch = importer.check({"products": [PRODUCT]})
    importer.whole({"products": [PRODUCT]})
    with importer.scope():
        commands.check_dump(actor=OWNER, batch_id=batch.id)
    run_job()

    batch = importer.batch(batch.id)

    assert importer.verdicts(batch) == {"/products/0": "duplicate already_imported"}
    importer.apply(batch)
    with importer.scope(), pytest.raises(Conflict):
        commands.check_dump(actor=OWNER, batch_id=batch.id)


def test_it_says_failed_when_its_job_was_given_up(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(jobs, "settle", broken)
    batch_id = importer.upload({"products": [PRODUCT]})
    for _attempt in range(5):
        job = run_job()
        Job.objects.filter(pk=job.pk).update(run_at=job.created_at)

    with importer.scope():
        now = queries.state_now(queries.find_import(actor=OWNER, batch_id=batch_id))
        assert (now.state, now.error) == ("failed", "the disk is full")
        monkeypatch.undo()
        commands.check_dump(actor=OWNER, batch_id=batch_id)
    run_job()
    assert importer.batch(batch_id).state == "ready"


def test_it_lists_what_was_not_imported_in_sentences(importer: Importer) -> None:
    batch = importer.whole({"products": [PRODUCT, PRODUCT | {"name": "Other"}, 7, {"id": "9"}]})

    with importer.scope():
        problems = queries.problem_page(batch)
        assert [(p.row, p.path, p.verdict, p.code) for p in problems] == [
            (2, "/products/1", "conflict", "same_id_other_content"),
            (3, "/products/2", "rejected", "not_object"),
            (4, "/products/3", "rejected", "missing_name"),
        ]
        assert [str(p.message) for p in problems][1] == "This is not a row but a bare value."
        assert [p.row for p in queries.problem_page(batch, verdict="rejected", after=3)] == [4]
        assert list(queries.all_problems(batch)) == problems


def test_it_says_which_keys_the_browser_may_forget(importer: Importer) -> None:
    batch = importer.check(FORMS["double"](small()))
    with importer.scope():
        assert not any(advice.removable for advice in queries.cleanup(batch))

    batch = importer.apply(batch)

    with importer.scope():
        found = {advice.key: advice.code for advice in queries.cleanup(batch)}
        assert [one.id for one in queries.latest_imports()] == [batch.id]
    flows = [key for key, code in found.items() if not code and key != "backgrounds"]
    assert (len(flows), {key.rpartition("_")[0] for key in flows}) == (
        8,
        {"campaign_campaign", "campaign_draft_campaign"},
    )
    assert found["backgrounds"] == ""
    assert found["campaign_minimal_campaign_1750693800000"] == "newer"
    assert {found[key] for key in ("darkMode", "offline_queue", "user_preferences", "ui_state")} == {"essential"}
    assert found["products"] == "rejected"


def test_it_stops_where_who_asked_may_not_import_any_more(importer: Importer) -> None:
    batch = importer.check({"products": [PRODUCT]})
    importer.ask(batch)
    with importer.scope(SYSTEM):
        records.access_changing(importer.organization.pk)
        Membership.objects.filter(email=OWNER.email).update(role=Role.objects.get(slug="marketer"))

    job = run_job()

    assert (job.state, job.error_class) == ("failed", "kernel.errors.NotAllowed")
    with importer.scope(SYSTEM):
        assert ImportBatch.objects.get(pk=batch.id).state == ImportBatch.State.FAILED
    assert importer.products() == {}
