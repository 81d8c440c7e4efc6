"""From a browser's dump to campaigns, on one page."""

import csv
import io
import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from campaigns.legacy.models import ImportBatch
from campaigns.legacy.queries import Problem
from campaigns.models import Campaign
from catalog.models import Product
from console.org.problems import as_csv
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.console_org import desk
from tests.console_org.desk import House, errors, queries_of, toasts, words
from tests.legacy.dumps import SMALL, expected

VERDICTS = ("created", "duplicate", "conflict", "rejected")


def upload(client: Client, content: bytes | None = None, source: str = "browser", name: str = "dump.json") -> Any:
    file = SimpleUploadedFile(name, SMALL.read_bytes() if content is None else content, "application/json")
    return client.post("/imports/", {"dump": file, "source": source})


def counts(page: Any) -> dict[str, dict[str, int]]:
    return {part.group: {name: getattr(part, name) for name in VERDICTS} for part in page.context["kinds"]}


def wanted() -> dict[str, dict[str, int]]:
    return {
        key: {name: int(figures.get(name, 0)) for name in VERDICTS}
        for key, figures in expected()["totals"].items()
        if key != "offline_queue" and figures
    }


def test_an_admin_has_their_data_within_five_screens(house: House) -> None:
    client = house.client("admin")
    screens = [client.get("/"), client.get("/imports/")]
    assert 'href="/imports/"' in words(screens[0])

    sent = upload(client)
    address = sent["Location"]
    assert sent.status_code == 302
    screens.append(client.get(address))
    assert screens[-1].context["run"]["state"] == "checking"
    assert "hx-get" in words(screens[-1])
    desk.run_jobs()
    judged = client.get(address)
    assert judged.context["run"]["state"] == "ready"
    assert counts(judged) == wanted()
    assert house.all_of(Campaign, Product) == [[], []]

    applied = client.post(f"{address}apply/")
    assert (applied.status_code, applied["Location"]) == (302, address)
    screens.append(client.get(address))
    desk.run_jobs()
    report = client.get(address)

    assert len(screens) <= 5
    assert report.context["run"]["state"] == "done"
    assert counts(report) == wanted()
    campaigns, products = house.all_of(Campaign, Product)
    assert len(products) == wanted()["products"]["created"]
    assert len(campaigns) == sum(wanted()[key]["created"] for key in ("campaigns", "saved_campaigns", "flow"))


@pytest.fixture
def address(client: Client) -> str:
    """A judged import."""
    found = upload(client)["Location"]
    desk.run_jobs()
    return str(found)


def finish(client: Client, address: str) -> Any:
    client.post(f"{address}apply/")
    desk.run_jobs()
    return client.get(address)


def test_every_row_that_is_left_out_is_named_with_its_reason(client: Client, address: str) -> None:
    page = client.get(address)
    tabs = {str(tab.label): tab.count for tab in page.context["problem_tabs"]}

    assert tabs == {
        "All": page.context["totals"].rejected + page.context["totals"].conflict,
        "Rejected": page.context["totals"].rejected,
        "Conflict": page.context["totals"].conflict,
    }
    shown = list(page.context["problems"])
    while page.context["page"].next_url:
        page = client.get(page.context["page"].next_url)
        shown += page.context["problems"]
    assert len(shown) == tabs["All"]
    assert all(problem["code"] and problem["message"] and problem["path"] for problem in shown)
    only = client.get(f"{address}?verdict=conflict").context["problems"]
    assert {problem["verdict"] for problem in only} == {"conflict"}


def test_the_rows_that_are_left_out_come_as_a_file(client: Client, address: str) -> None:
    answer = client.get(f"{address}problems.csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="import-')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    totals = client.get(address).context["totals"]
    assert len(rows) == totals.rejected + totals.conflict
    assert list(rows[0]) == ["Row", "Path", "Kind", "Old id", "Name", "Verdict", "Code", "Message", "Found"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_of_that_file_is_a_formula(start: str) -> None:
    evil = f'{start}HYPERLINK("http://evil.example","x")'
    problem = Problem(7, evil, "rejected", "campaigns", evil, evil, "missing_id", "No id.", evil)

    _heading, row = csv.reader(io.StringIO(as_csv([problem]).decode("utf-8-sig"), newline=""))

    assert [row[place] for place in (1, 3, 4, 8)] == [f"'{evil}"] * 4
    assert row[0] == "7"


def test_the_report_says_which_keys_the_browser_may_forget(client: Client, address: str) -> None:
    assert client.get(address).context["cleanup"] is None

    page = finish(client, address)

    cleanup = page.context["cleanup"]
    kept = {key["name"] for key in cleanup["kept"]}
    assert {"darkMode", "offline_queue"} & set(cleanup["safe"]) == set()
    assert not kept & set(cleanup["safe"])
    assert all(str(key["reason"]) for key in cleanup["kept"])
    if cleanup["safe"]:
        listed = re.search(r"of (\[.*\])\)", cleanup["snippet"])
        assert listed is not None
        assert json.loads(listed[1]) == cleanup["safe"]


def test_the_second_time_nothing_is_new(client: Client, house: House, address: str) -> None:
    finish(client, address)
    before = house.all_of(Campaign, Product)

    again = upload(client)["Location"]
    desk.run_jobs()
    page = client.get(again)
    assert page.context["totals"].created == 0
    assert "Finish without new rows" in words(page)
    page = finish(client, again)

    assert page.context["run"]["state"] == "done"
    assert house.all_of(Campaign, Product) == before


def test_the_page_asks_again_only_while_something_runs(client: Client) -> None:
    address = upload(client)["Location"]
    running = client.get(f"{address}progress/", headers={"hx-request": "true"})
    assert running.status_code == 200
    assert "hx-trigger" in words(running)
    assert "<html" not in words(running)

    same = client.get(f"{address}progress/", headers={"hx-request": "true", "if-none-match": running["ETag"]})
    assert same.status_code == 304

    desk.run_jobs()
    over = client.get(f"{address}progress/", headers={"hx-request": "true", "if-none-match": running["ETag"]})
    assert over.status_code == 200
    assert "hx-trigger" not in words(over)
    assert "This was a dry run" in words(over)
    assert f"{address}?verdict=rejected" in words(over)
    assert "progress/?" not in words(over)


def test_a_part_opened_alone_is_the_page(client: Client, address: str) -> None:
    assert "<html" in words(client.get(f"{address}progress/"))


@pytest.mark.parametrize("content", [b"", b"not json", b"[1, 2", b"\xff\xfe\x00", b'{"campaigns": '])
def test_what_is_no_dump_fails_in_words_and_can_be_tried_again(client: Client, house: House, content: bytes) -> None:
    address = upload(client, content)["Location"]
    desk.run_jobs()

    page = client.get(address)

    assert page.context["run"]["state"] == "failed"
    assert page.context["run"]["error"]
    assert page.context["retry_url"] == f"{address}check/"
    assert house.all_of(Campaign, Product) == [[], []]
    assert client.post(f"{address}check/").status_code == 302
    desk.run_jobs()
    assert client.get(address).context["run"]["state"] == "failed"


def test_a_file_that_is_too_large_is_refused_in_words(client: Client, house: House, settings: Settings) -> None:
    settings.MAX_DUMP_BYTES = 1024 * 1024
    before = house.everything()

    answer = upload(client, b"x" * (1024 * 1024 + 1))

    assert answer.status_code == 413
    assert errors(answer) == {"dump": ["The file is larger than 1.0\xa0MB."]}
    assert house.everything() == before
    assert not Job.objects.exists()
    assert upload(client, b"x" * (1024 * 1024)).status_code == 302


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [({"source": "browser"}, ["dump"]), ({"dump": "text", "source": "browser"}, ["dump"])],
)
def test_an_upload_needs_a_file(client: Client, house: House, sent: dict[str, str], wrong: list[str]) -> None:
    answer = client.post("/imports/", sent)

    assert (answer.status_code, list(errors(answer))) == (422, wrong)
    assert house.all_of(ImportBatch) == [[]]


@pytest.mark.parametrize("source", ["", "x" * 81, "a\x00b", "a\x07b"])
def test_an_upload_needs_a_source(client: Client, house: House, source: str) -> None:
    answer = upload(client, b"{}", source=source)

    assert (answer.status_code, list(errors(answer))) == (422, ["source"])
    assert house.all_of(ImportBatch) == [[]]


def test_an_upload_without_the_forms_token_is_refused(house: House) -> None:
    client = house.client()
    client.handler.enforce_csrf_checks = True

    assert upload(client, b"{}").status_code == 403
    assert house.all_of(ImportBatch) == [[]]


def test_a_stranger_uploads_nothing(house: House) -> None:
    stranger = Client(headers={"host": house.host})

    assert upload(stranger, b"{}").status_code == 302
    assert house.all_of(ImportBatch) == [[]]


def test_a_file_name_is_a_name_only(client: Client) -> None:
    address = upload(client, b"{}", name="..\\..\\<b>evil.json")["Location"]

    page = words(client.get(address))

    assert "<h1>&lt;b&gt;evil.json</h1>" in page


def test_an_import_that_is_not_ready_is_not_applied(client: Client, house: House) -> None:
    address = upload(client)["Location"]

    answer = client.post(f"{address}apply/")

    assert toasts(client.get(answer["Location"])) == ["This import is not ready to be applied."]
    assert house.all_of(Campaign, Product) == [[], []]
    assert Job.objects.count() == 1


def test_a_plan_without_room_is_told_in_figures(client: Client, house: House, address: str) -> None:
    from kernel.tenancy.scope import public_scope
    from tenants import records
    from tenants.models import Organization, Plan

    with public_scope(actor=SYSTEM, source="system"):
        records.organization_changing(house.organization.pk)
        tight = Plan.objects.create(slug=f"tight-{house.organization.slug}", name="Tight", position=99, products=1)
        Organization.objects.filter(pk=house.organization.pk).update(plan=tight)
    try:
        answer = client.post(f"{address}apply/")
        assert toasts(client.get(answer["Location"])) == ["Your plan allows 1 and you have 0."]
        assert client.get(address).context["run"]["state"] == "ready"
        assert house.all_of(Campaign, Product) == [[], []]
    finally:
        with public_scope(actor=SYSTEM, source="system"):
            records.organization_changing(house.organization.pk)
            Organization.objects.filter(pk=house.organization.pk).update(plan_id="scale")
            tight.delete()


def test_a_job_that_was_given_up_is_shown_as_stopped(client: Client, house: House) -> None:
    address = upload(client)["Location"]
    Job.objects.update(state="dead", error_text="The worker died five times.")

    page = client.get(address)
    listed = client.get("/imports/").context["runs"]

    assert page.context["run"]["state"] == "failed"
    assert "The worker died five times." in words(page)
    assert [run["state"] for run in listed] == ["failed"]
    assert client.post(page.context["retry_url"]).status_code == 302
    desk.run_jobs()
    assert client.get(address).context["run"]["state"] == "ready"


def test_the_list_goes_on_page_by_page_with_the_same_queries(client: Client, house: House) -> None:
    def add(count: int) -> None:
        with scope(house.tenant, actor=SYSTEM, source="system"):
            ImportBatch.objects.bulk_create(
                ImportBatch(source="s", file_name=f"{number}.json", size=1, sha256="0" * 64, job_id=UUID(int=number))
                for number in range(count)
            )

    add(3)
    few = queries_of(client, "/imports/")
    add(57)

    assert (few, queries_of(client, "/imports/")) == (3, 3)
    first = client.get("/imports/")
    second = client.get(first.context["page"].next_url)
    assert (len(first.context["runs"]), len(second.context["runs"])) == (50, 10)
    assert client.get("/imports/?cursor=x").status_code == 400
