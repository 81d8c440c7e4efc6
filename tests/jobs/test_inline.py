"""A command on a machine without a worker carries its jobs out itself."""

import pytest

from kernel.errors import Unavailable
from kernel.jobs import inline
from kernel.jobs.models import Job
from tenants.models import Organization
from tests.jobs.work import ask, teams


def test_a_job_that_nobody_takes_is_carried_out_here(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "PATIENCE", 0.0)
    job_id = ask(organization, "test.team", {"name": "Brand"})

    job = inline.settle(job_id)

    assert (job.state, job.attempt) == ("done", 1)
    assert teams(organization) == ["Brand"]


def test_a_job_that_is_not_over_in_time_goes_on(organization: Organization) -> None:
    job_id = ask(organization, "test.team", {"name": "Brand"})

    with pytest.raises(Unavailable):
        inline.settle(job_id, seconds=0.2)

    assert Job.objects.get(pk=job_id).state == "pending"
    assert teams(organization) == []
