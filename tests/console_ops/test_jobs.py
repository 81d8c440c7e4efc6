"""The list of jobs, and one job."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client

from kernel.jobs.models import Job
from kernel.jobs.steps import moved
from tenants.models import Organization
from tests.console_ops import desk
from tests.jobs import handlers
from tests.jobs.work import ask, run_next


def failed(organization: Organization) -> UUID:
    """A job that failed."""
    job_id = ask(organization, "test.team", {"name": "A"})
    Job.objects.filter(pk=job_id).update(
        state="failed", attempt=1, error_text="No room.", error_class="kernel.Conflict"
    )
    return job_id


def test_it_lists_jobs_with_their_organization_and_error(client: Client, organization: Organization) -> None:
    job_id = failed(organization)

    page = client.get("/jobs/").content.decode()

    assert f'<a href="/jobs/{job_id}/">Test team</a><small>No room.</small>' in page
    assert organization.name in page
    assert f'action="/jobs/{job_id}/retry/"' in page


def test_its_tabs_count_and_filter(client: Client, organization: Organization) -> None:
    job_id, waiting = failed(organization), ask(organization, "test.look")

    page = client.get("/jobs/", {"state": "failed"}).content.decode()

    assert str(job_id) in page
    assert str(waiting) not in page
    assert 'aria-current="page">Failed <span class="tab-count">1</span>' in page
    assert 'Waiting <span class="tab-count">1</span>' in page


@pytest.mark.parametrize("by", ["id", "kind", "name", "slug"])
def test_it_finds_jobs(client: Client, organization: Organization, other_organization: Organization, by: str) -> None:
    wanted, other = failed(organization), ask(other_organization, "test.look")
    typed = {"id": str(wanted), "kind": "TEAM", "name": organization.name, "slug": organization.slug}[by]

    page = client.get("/jobs/", {"q": typed}).content.decode()

    assert str(wanted) in page
    assert str(other) not in page


def test_an_organization_is_known_by_the_job_that_set_it_up(client: Client) -> None:
    data = desk.filled_in()
    client.post("/tenants/new/", data)
    job = desk.run_next()

    listed = client.get("/jobs/", {"q": data["slug"]}).content.decode()
    own = client.get(f"/tenants/{data['slug']}/", {"tab": "jobs"}).content.decode()

    for page in (listed, own):
        assert f'<a href="/jobs/{job.pk}/">Onboard tenant</a>' in page
        assert "Mail an invitation" in page


def test_it_goes_on_after_the_last_row_of_a_page(client: Client, organization: Organization) -> None:
    ids = [ask(organization, "test.look") for _ in range(51)]

    first = client.get("/jobs/").content.decode()
    [onward] = re.findall(r'href="(/jobs/\?cursor=[^"]+)"', first)
    second = client.get(onward).content.decode()

    assert str(ids[0]) not in first
    assert str(ids[1]) in first
    assert str(ids[0]) in second
    assert client.get("/jobs/", {"cursor": "x"}).status_code == 400


def test_it_asks_the_same_number_of_questions_for_two_and_for_thirty(
    client: Client, organization: Organization
) -> None:
    for _ in range(2):
        failed(organization)
    few = desk.queries_of(client, "/jobs/")

    for _ in range(28):
        failed(organization)

    assert desk.queries_of(client, "/jobs/") == few == 3


def test_a_job_shows_steps_worker_attempt_and_error(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    data = desk.filled_in()
    client.post("/tenants/new/", data)
    with desk.breaking(monkeypatch, "roles"):
        job = desk.run_next()

    page = client.get(f"/jobs/{job.pk}/").content.decode()

    assert "Onboard tenant" in page
    assert f'<a href="/tenants/{data["slug"]}/">Alder &amp; Oak</a>' in page
    assert "The disk is full." in page
    assert "kernel.errors.Conflict" in page
    assert f"<code>{job.worker}</code>" in page
    assert "1 / 5" in page
    assert 'class="step step-done"' in page
    assert 'class="step step-failed"' in page
    assert data["admin_email"] in page


def test_a_running_job_refreshes_itself_until_it_is_over(client: Client, organization: Organization) -> None:
    job_id = ask(organization, "test.look")
    waiting = client.get(f"/jobs/{job_id}/").content.decode()
    first = client.get(f"/jobs/{job_id}/progress/", headers={"hx-request": "true"})
    again = client.get(f"/jobs/{job_id}/progress/", headers={"hx-request": "true", "if-none-match": first["ETag"]})

    run_next()
    over = client.get(f"/jobs/{job_id}/progress/", headers={"hx-request": "true", "if-none-match": first["ETag"]})

    assert f'hx-get="/jobs/{job_id}/progress/"' in waiting
    assert again.status_code == 304
    assert over.status_code == 200
    assert "hx-get" not in over.content.decode()
    assert "Done</span>" in over.content.decode()


def test_a_failed_job_can_be_tried_again(client: Client, organization: Organization) -> None:
    job_id = failed(organization)

    answer = client.post(f"/jobs/{job_id}/retry/")

    assert (answer.status_code, answer["Location"]) == (302, f"/jobs/{job_id}/")
    assert "waits for a worker again" in client.get(answer["Location"]).content.decode()
    assert run_next().state == "done"
    assert client.post(f"/jobs/{job_id}/retry/").status_code == 409
    assert Job.objects.get(pk=job_id).state == "done"


def test_a_waiting_job_can_be_cancelled_and_a_finished_one_can_not(client: Client, organization: Organization) -> None:
    job_id = ask(organization, "test.look")
    assert f'action="/jobs/{job_id}/cancel/"' in client.get(f"/jobs/{job_id}/").content.decode()

    assert client.post(f"/jobs/{job_id}/cancel/").status_code == 302
    page = client.get(f"/jobs/{job_id}/").content.decode()
    assert "The job is cancelled." in page
    assert "Cancelled</span>" in page
    assert client.post(f"/jobs/{job_id}/cancel/").status_code == 409
    assert handlers.seen == []


def test_a_running_job_is_asked_to_stop(client: Client, organization: Organization) -> None:
    job_id = ask(organization, "test.look")
    Job.objects.filter(pk=job_id).update(state="running", attempt=1)

    client.post(f"/jobs/{job_id}/cancel/")
    page = client.get(f"/jobs/{job_id}/").content.decode()

    assert "It stops before its next step." in page
    assert f'action="/jobs/{job_id}/cancel/"' not in page


def test_a_job_that_waits_to_be_tried_again_says_when(client: Client, organization: Organization) -> None:
    job_id = ask(organization, "test.look")
    Job.objects.filter(pk=job_id).update(attempt=2, error_text="Redis is away.")

    page = client.get(f"/jobs/{job_id}/").content.decode()

    assert "Waiting to retry</span>" in page
    assert "Next attempt" in page
    assert "Redis is away." in page


def test_a_job_that_is_not_there_is_not_found(client: Client) -> None:
    for address in (f"/jobs/{uuid4()}/", f"/jobs/{uuid4()}/progress/", "/jobs/x/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(("state", "shown"), [("dead", "failed"), ("pending", "waiting"), ("running", "running")])
def test_a_step_whose_worker_died_does_not_run_for_ever(
    client: Client, organization: Organization, state: str, shown: str
) -> None:
    job_id = ask(organization, "test.look", steps=[("one", "Step one"), ("two", "Step two")])
    job = Job.objects.get(pk=job_id)
    Job.objects.filter(pk=job_id).update(state=state, attempt=1, steps=moved(job.steps, "one", "running"))

    page = client.get(f"/jobs/{job_id}/").content.decode()

    assert re.findall(r'class="step step-(\w+)"', page) == [shown, "waiting"]
