"""Files of products end after a month, also where nobody sends another one."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from catalog.files import pruning, storing
from catalog.files.pruning import PRUNE
from catalog.models import ProductFile
from kernel.errors import NotFound
from kernel.jobs import enqueue
from kernel.jobs.inline import run_waiting
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from tests.catalog.shop import Shop


def prune(shop: Shop) -> None:
    """Let the job run now."""
    with shop.scope():
        enqueue(PRUNE, actor=SYSTEM)
    run_waiting()


def waiting(shop: Shop) -> list[Job]:
    """The jobs that will run once their time has come."""
    with shop.scope():
        return list(Job.objects.filter(kind=PRUNE, run_at__gt=timezone.now(), organization_id=shop.organization.pk))


def test_files_are_forgotten_after_a_month_day_by_day(shop: Shop) -> None:
    catalog = shop.catalog("Forgotten")
    file = shop.send(catalog, "sku,name\nI-1,Oat drink\n")
    kept = shop.send(catalog, "sku,name\nI-2,Oat drink\n")
    with shop.scope():
        ProductFile.objects.filter(pk=file.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert len(waiting(shop)) == 1

    prune(shop)

    with shop.scope():
        assert not ProductFile.objects.filter(pk=file.pk).exists()
        assert storing.content_of(kept.storage_key) == b"sku,name\nI-2,Oat drink\n"
        with pytest.raises(NotFound):
            storing.content_of(file.storage_key)
    assert (shop.results(file), len(shop.results(kept))) == ([], 1)
    assert len(waiting(shop)) == 1


def test_a_file_stays_where_the_transaction_is_undone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shop.send(shop.catalog("Undone"), "sku,name\nJ-1,Oat drink\n")
    with shop.scope():
        ProductFile.objects.filter(pk=file.pk).update(created_at=timezone.now() - timedelta(days=31))
    monkeypatch.setattr(pruning, "prune_later", partial(transaction.set_rollback, True))

    prune(shop)

    assert shop.file(file).pk == file.pk
    with shop.scope():
        assert storing.content_of(file.storage_key)


def test_a_file_that_no_row_refers_to_goes_after_a_day(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop.scope():
        orphan = storing.keep("left", b"sku")
    prune(shop)
    with shop.scope():
        assert storing.content_of(orphan) == b"sku"

    monkeypatch.setattr(pruning, "UNDER_WAY", timedelta(0))
    prune(shop)

    with shop.scope(), pytest.raises(NotFound):
        storing.content_of(orphan)
