"""A scope costs two messages: BEGIN with everything in it, and COMMIT."""

import pytest

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import Team
from tenants.models import Organization
from tests.tenancy.wire import verbs, watched


def test_a_scope_adds_begin_and_commit_and_nothing_else(organization: Organization) -> None:
    with watched() as wire:
        with scope(organization, actor=SYSTEM, source="api", request_id="r"):
            assert list(Team.objects.values_list("name", flat=True)) == []
            Team.objects.count()
        kinds = verbs(wire)

    assert kinds == ["BEGIN", "SELECT", "SELECT", "COMMIT"]


def test_a_scope_without_a_statement_sends_nothing(organization: Organization) -> None:
    with watched() as wire:
        with scope(organization, actor=SYSTEM, source="api"):
            pass
        assert wire.messages == []


@pytest.mark.parametrize("reads", [1, 5])
def test_a_rolled_back_scope_adds_begin_and_rollback(organization: Organization, reads: int) -> None:
    with watched() as wire:
        with pytest.raises(ZeroDivisionError), scope(organization, actor=SYSTEM, source="api"):
            for _ in range(reads):
                Team.objects.count()
            raise ZeroDivisionError
        kinds = verbs(wire)

    assert kinds == ["BEGIN", *["SELECT"] * reads, "ROLLBACK"]
