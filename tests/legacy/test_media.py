"""Pictures and creatives of a dump: the run that follows an import ..."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from campaigns.legacy.media import queries, running
from campaigns.legacy.media.commands import bring_in
from campaigns.legacy.media.storing import store_pictures
from campaigns.legacy.media.writing import write_chunk
from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from catalog.assets.storing import store_file
from catalog.models import Asset, AssetVersion, Product, ProductPicture
from kernel.errors import Conflict, NotAllowed
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from tests.legacy.dumps import DATA, FORMS, small
from tests.legacy.importing import MARKETER, OWNER, Importer, run_job
from tests.legacy.pictures import PRODUCT, address, flow, image, png, sha, variation

RED, BLUE, GREEN = png("red"), png("blue"), png("green")
MADE = (Asset, AssetVersion, ProductPicture, Creative, CreativeAsset, CreativeProduct, Campaign, Product)


def counts(importer: Importer) -> list[int]:
    """How many rows there are of everything that an import makes, and of entries in the log."""
    with importer.scope():
        return [*(model.objects.count() for model in MADE), len(importer.entries())]


def shown(importer: Importer, legacy_id: str) -> list[tuple[str, str, int]]:
    """The links of a creative: slot, digest of the file, and its version where it is pinned (0: the current one)."""
    with importer.scope():
        links = CreativeAsset.objects.filter(creative__legacy_id=legacy_id).select_related("version", "asset__current")
        return [
            (
                link.slot,
                (link.version or link.asset.current).source_sha256,  # type: ignore[union-attr]
                link.version.n if link.version else 0,
            )
            for link in links
        ]


@pytest.mark.parametrize("name", ["legacy-small", "legacy-every-kind", "legacy-dirty", "legacy-addresses"])
def test_it_brings_in_what_the_dump_is_expected_to_hold_and_nothing_the_second_time(
    importer: Importer, name: str
) -> None:
    wanted = json.loads((DATA / f"{name}.expected.json").read_bytes())
    content = (DATA / f"{name}.json").read_bytes()

    batch = importer.whole(content)

    run = importer.media_run(batch)
    pictures = run.report["pictures"]
    with importer.scope():
        linked = Campaign.objects.filter(product__isnull=False).exclude(legacy_id__regex=r"^campaign_\d+$").count()
        digests = set(AssetVersion.objects.values_list("source_sha256", flat=True))
    assert (run.state, pictures["distinct"]) == ("done", wanted["images"]["distinct_data_urls"])
    assert pictures["occurrences"] == wanted["images"]["data_url_occurrences"]
    assert len(digests) == pictures["stored"] == pictures["distinct"] - pictures["refused"] - pictures["undecodable"]
    assert run.report["links"] == wanted["campaign_product_links"]
    assert linked == wanted["campaign_product_links"]["linked"]
    assert {name: batch.counts["warnings"].get(name) for name in wanted["warnings"]} == wanted["warnings"]
    assert run.report["figures"].get("templates", 0) == wanted["totals"]["saved_campaigns"]["created"]
    before = counts(importer)

    again = importer.bring(batch)
    other = importer.bring(importer.whole(content))

    assert counts(importer) == before
    assert [sum(one.made.values()) for one in (again, other)] == [0, 0]
    assert again.report == run.report
    assert other.report | {"links": run.report["links"]} == run.report  # it tells of what an import created


def test_it_keeps_each_picture_once_under_the_name_of_its_product(importer: Importer) -> None:
    pictures = [image(address(RED)), image(address(BLUE), isPrimary=True, altText="Front"), image(address(RED))]
    ad = {"url": address(RED), "headline": "Hello", "product": {"name": "Oat drink"}}
    batch = importer.whole(
        {"products": [PRODUCT | {"images": pictures}], "campaigns": [{"id": "c1", "name": "Push", "adData": ad}]}
    )

    with importer.scope():
        assets = {asset.current.source_sha256: asset for asset in Asset.objects.select_related("current")}  # type: ignore[union-attr]
        links = list(ProductPicture.objects.order_by("position").values_list("asset_id", "alt", "version__n"))
    assert {digest: (asset.name, asset.legacy_source, asset.legacy_id) for digest, asset in assets.items()} == {
        sha(RED): ("Oat drink", "browser", f"picture:{sha(RED)}"),
        sha(BLUE): ("Oat drink (2)", "browser", f"picture:{sha(BLUE)}"),
    }
    assert assets[sha(BLUE)].alt == "Front"
    assert [(str(asset), alt, pinned or 0) for asset, alt, pinned in links] == [
        (str(assets[sha(BLUE)].pk), "Front", 0),
        (str(assets[sha(RED)].pk), "", 0),
    ]
    assert shown(importer, "c1:ad") == [("main", sha(RED), 0)]
    owners = {asset.owner_id for asset in assets.values()}
    assert owners == {importer.products()["1"].owner_id}
    assert {name: count for name, count in importer.media_run(batch).made.items() if count} == {
        "assets": 2,
        "product_pictures": 2,
        "creatives": 1,
        "creative_assets": 1,
    }


def test_it_makes_a_creative_of_each_variation_and_only_the_chosen_one_active(importer: Importer) -> None:
    made = flow("campaign_1", variation("A", address(RED)), variation("B", address(BLUE)), selected=1)
    saved = {"id": "campaign_2_x", "name": "Saved", "status": "draft", "data": made}

    importer.whole({"products": [PRODUCT], "saved_campaigns": [saved]})

    with importer.scope():
        creatives = list(Creative.objects.order_by("position"))
        told = [link.product.legacy_id for link in CreativeProduct.objects.select_related("product")]
    assert [(c.legacy_id, c.name, c.status, c.placement, c.headline, c.cta, c.final_url) for c in creatives] == [
        (
            f"campaign_2_x:square_{style}",
            f"Square - Style {style}",
            status,
            "square",
            f"Discover {style}",
            "Learn more",
            "https://shop.example.test/1",
        )
        for style, status in (("A", "paused"), ("B", "active"))
    ]
    assert "1.87" not in str([(creative.data, creative.layout) for creative in creatives])
    assert told == ["1", "1"]
    assert shown(importer, "campaign_2_x:square_B") == [("main", sha(BLUE), 0)]


def test_it_makes_templates_of_what_was_saved_and_leaves_drafts_drafts(importer: Importer) -> None:
    launched = {"status": "active", "launchedAt": "2025-06-30T15:00:00Z"}
    importer.whole(
        {
            "saved_campaigns": [
                {"id": "campaign_2_x", "name": "Saved", "status": "draft", "data": flow("campaign_1")},
                {"id": "campaign_4_x", "name": "Launched", "data": flow("campaign_3")} | launched,
            ],
            "campaign_draft_campaign_5": flow("campaign_5"),
            "campaigns": [{"id": "c1", "name": "Push", "status": "Draft", "adData": {"headline": "Hello"}}],
        }
    )

    found = importer.campaigns()
    assert {key: (one.is_template, one.status, one.effective_reasons) for key, one in found.items()} == {
        "campaign_2_x": (True, "draft", ["is_template"]),
        "campaign_4_x": (True, "draft", ["is_template"]),
        "campaign_5": (False, "draft", ["not_launched"]),
        "c1": (False, "draft", ["not_launched"]),
    }
    assert found["campaign_4_x"].data["legacy"]["status"] == "active"


def test_it_makes_backgrounds_versions_of_their_picture_and_keeps_addresses_as_data(importer: Importer) -> None:
    background = {"url": address(BLUE), "prompt": "a kitchen", "isActive": True}
    elsewhere = {"url": "https://media.example.test/bg.png", "prompt": "a park", "isActive": False}
    product = PRODUCT | {"images": [image(address(RED), backgroundVersions=[background, elsewhere])]}
    loose = [
        {"id": "7", "imageUrl": address(GREEN), "prompt": "rustic wood"},
        {"id": "8", "imageUrl": "https://media.example.test/x.png", "prompt": "a beach"},
    ]
    ad = {"url": address(RED), "headline": "Hello"}
    dump = {"products": [product], "backgrounds": loose, "campaigns": [{"id": "c1", "name": "Push", "adData": ad}]}
    batch = importer.whole(dump)

    with importer.scope():
        versions = list(
            AssetVersion.objects.order_by("asset", "n").values_list("asset__name", "n", "source_sha256", "note")
        )
        pictured = ProductPicture.objects.select_related("asset__current").get()
        report = importer.media_run(batch).report
        codes = [(one.row, one.code, one.fact) for one in queries.all_findings(batch)]
    assert versions == [
        ("Oat drink", 1, sha(RED), ""),
        ("Oat drink", 2, sha(BLUE), "a kitchen"),
        ("rustic wood", 1, sha(GREEN), "rustic wood"),
    ]
    assert (pictured.version_id, pictured.asset.current.source_sha256) == (None, sha(BLUE))  # type: ignore[union-attr]
    assert shown(importer, "c1:ad") == [("main", sha(RED), 1)]
    assert importer.products()["1"].data["images"][0]["backgroundVersions"][1] == elsewhere
    assert (report["pictures"]["stored"], report["figures"]["background_address"]) == (3, 2)
    assert codes == [
        (1, "background_address", "https://media.example.test/bg.png"),
        (3, "background_address", "https://media.example.test/x.png"),
    ]


def test_it_says_of_each_picture_why_it_is_not_there(importer: Importer) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    broken = RED[:41] + b"\0" * 20 + b"IEND"
    urls = [address(svg, "image/svg+xml"), address(RED)[:40] + "%", address(broken), "blob:http://localhost/1"]
    dump = {"products": [PRODUCT | {"images": [image(url) for url in [*urls, "https://img.example.test/1.png"]]}]}
    batch = importer.whole(dump)

    with importer.scope():
        codes = [(one.path, one.code) for one in queries.all_findings(batch)]
        assert Asset.objects.count() == 0
    assert codes == [
        ("/products/0/images/0/url", "picture_type_refused"),
        ("/products/0/images/1/url", "picture_undecodable"),
        ("/products/0/images/2/url", "picture_unreadable"),
        ("/products/0/images/3/url", "picture_lost"),
        ("/products/0", "picture_address"),
    ]
    assert importer.media_run(batch).report["pictures"] == {
        "occurrences": 3,
        "distinct": 3,
        "stored": 0,
        "refused": 1,
        "undecodable": 1,
        "not_taken": 1,
        "lost": 1,
    }


def test_it_leaves_alone_what_people_have_changed_and_says_so(importer: Importer) -> None:
    saved = [
        {"id": f"campaign_{n}_x", "name": f"Saved {n}", "data": flow(f"campaign_{n}", variation("A", address(RED)))}
        for n in (1, 2, 3, 4)
    ]
    dump = {"products": [PRODUCT | {"images": [image(address(BLUE))]}], "saved_campaigns": saved}
    batch = importer.whole(dump)
    with importer.scope():
        Creative.objects.filter(legacy_id="campaign_1_x:square_A").update(headline="Mine", row_version=2)
        Creative.objects.filter(legacy_id="campaign_2_x:square_A").delete()
        Campaign.objects.filter(legacy_id="campaign_3_x").update(is_template=False, name="Mine", row_version=3)
        ProductPicture.objects.all().delete()
        Product.objects.update(row_version=3)
    before = counts(importer)

    run = importer.bring(batch)

    assert counts(importer) == before
    assert (sum(run.made.values()), run.report["figures"]["kept"]) == (0, 4)
    with importer.scope():
        kept = [one.path for one in queries.all_findings(batch) if one.code == "kept"]
        assert Creative.objects.get(legacy_id="campaign_1_x:square_A").headline == "Mine"
    assert kept == ["/products/0", *(f"/saved_campaigns/{place}" for place in (0, 1, 2))]


def test_it_adds_to_what_was_changed_before_it_came_but_makes_no_template_of_it(importer: Importer) -> None:
    made = flow("campaign_1", variation("A", address(RED)))
    batch = importer.check({"saved_campaigns": [{"id": "campaign_2_x", "name": "Saved", "data": made}]})
    importer.ask(batch)
    run_job()
    with importer.scope():
        Campaign.objects.update(name="Mine", row_version=2)

    run_job()

    campaign = importer.campaigns()["campaign_2_x"]
    assert (campaign.name, campaign.is_template, campaign.row_version) == ("Mine", False, 2)
    assert importer.media_run(batch).report["figures"] == {"creatives": 1, "kept": 1, "pictures": 1}


def test_it_takes_a_picture_that_the_library_has_already(importer: Importer) -> None:
    with importer.scope():
        [asset] = [store_file(owner_id=OWNER.user_id, content=io.BytesIO(RED), file_name="r.png").version.asset]  # type: ignore[arg-type]

    importer.whole({"products": [PRODUCT | {"images": [image(address(RED))]}]})
    importer.whole({"products": [PRODUCT | {"images": [image(address(RED))]}]}, source="Lisa's laptop")

    with importer.scope():
        assert [found.pk for found in Asset.objects.all()] == [asset.pk]
        assert list(ProductPicture.objects.values_list("asset_id", flat=True)) == [asset.pk, asset.pk]


def test_it_records_each_row_that_it_makes_once(importer: Importer) -> None:
    saved = {"id": "campaign_2_x", "name": "Saved", "data": flow("campaign_1", variation("A", address(RED)))}
    batch = importer.whole({"products": [PRODUCT | {"images": [image(address(RED))]}], "saved_campaigns": [saved]})

    entries = importer.entries(job_id=importer.media_run(batch).job_id)
    assert {(entry.actor_name, entry.source) for entry in entries} == {(OWNER.name, "import")}
    made = [entry.object_pk for entry in entries if entry.event == "create"]
    with importer.scope():
        wanted = [
            str(pk)
            for model in (Asset, AssetVersion, ProductPicture, Creative, CreativeAsset, CreativeProduct)
            for pk in model.objects.values_list("pk", flat=True)
        ]
    assert sorted(made) == sorted(wanted)
    assert [entry.object_repr for entry in entries if entry.event == "import.brought_in"] == ["dump.json"]


def test_it_goes_on_wherever_it_was_stopped(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    importer.whole(FORMS["double"](small()), source="uninterrupted")
    wanted = counts(importer)
    batch = importer.check(FORMS["double"](small()), source="other")
    importer.ask(batch)
    run_job()
    base = counts(importer)
    monkeypatch.setattr("campaigns.legacy.media.reading.MOST_ROWS", 9)
    steps: dict[str, Callable[..., Any]] = {"store": store_pictures, "write": write_chunk}
    calls = 0

    def stopping(name: str) -> Any:
        def step(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            done = steps[name](*arguments)
            if calls % 3 == 0:
                raise RuntimeError("the power is gone")
            return done

        return step

    monkeypatch.setattr(running, "store_pictures", stopping("store"))
    monkeypatch.setattr(running, "write_chunk", stopping("write"))
    for _attempt in range(40):
        job = run_job()
        if job.state == "done":
            break
        Job.objects.filter(pk=job.pk).update(state="pending", attempt=0, run_at=job.created_at)

    found = importer.media_run(batch)
    assert (job.state, calls > 9) == ("done", True)
    # The pictures of the first source serve the second; all else is there again, once.
    names = [model.__name__ for model in MADE]
    once = dict(zip(names, wanted, strict=False))
    twice = dict(zip(names, counts(importer), strict=False))
    assert twice == {name: count if name in ("Asset", "AssetVersion") else 2 * count for name, count in once.items()}
    assert found.made["creatives"] == once["Creative"]
    assert found.report["pictures"]["stored"] == once["Asset"]
    assert base[:2] == wanted[:2]


def test_it_is_asked_for_by_those_who_may_import_and_one_at_a_time(importer: Importer) -> None:
    batch = importer.check({"products": [PRODUCT]})
    with importer.scope(), pytest.raises(Conflict):
        bring_in(actor=OWNER, batch_id=batch.id)
    importer.ask(batch)
    run_job()
    with importer.scope(), pytest.raises(Conflict):
        bring_in(actor=OWNER, batch_id=batch.id)
    with importer.scope(MARKETER), pytest.raises(NotAllowed):
        bring_in(actor=MARKETER, batch_id=batch.id)
    run_job()

    assert importer.bring(batch).state == "done"
    with importer.scope(SYSTEM):
        assert batch.media_runs.count() == 2


def test_it_says_what_stopped_it_and_goes_on_when_asked(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = type(importer.organization).limits
    batch = importer.check({"products": [PRODUCT | {"images": [image(address(RED))]}]})
    importer.ask(batch)
    run_job()
    monkeypatch.setattr(type(importer.organization), "limits", dict.fromkeys(("storage_mb",), 0), raising=False)

    job = run_job()

    run = importer.media_run(batch)
    assert (job.state, run.state, run.error) == ("failed", "failed", "Your plan allows 0 and you have 1.")
    with importer.scope():
        assert Asset.objects.count() == 0
    monkeypatch.setattr(type(importer.organization), "limits", limits, raising=False)
    assert importer.bring(batch).pk == run.pk
    assert importer.media_run(batch).made["assets"] == 1
