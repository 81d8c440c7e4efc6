"""Short ways to import a dump in this process and to see what came of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from audit.models import Entry
from campaigns.legacy import commands, queries
from campaigns.legacy.media.commands import bring_in
from campaigns.legacy.media.queries import latest_run
from campaigns.legacy.models import ImportBatch, ImportRow, MediaRun
from campaigns.models import Campaign
from catalog.models import Product
from kernel.jobs import runner, turns
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor, Scope
from kernel.tenancy.scope import scope
from tenants.models import Organization

OWNER = Actor("person", UUID(int=11), "Olivia Owner", "olivia@example.com", "owner")
MARKETER = Actor("person", UUID(int=12), "Mia Marketer", "mia@example.com", "marketer")


def run_job() -> Job:
    """Hand out what is due, run it here and return what became of the import's job."""
    due = turns.pick("default")
    for turn in due:
        runner.run(str(turn.job_id), turn.fence)
    return Job.objects.get(pk__in=[turn.job_id for turn in due], kind__startswith="legacy.")


@dataclass(slots=True)
class Importer:
    """Imports into one organization, as its owner."""

    organization: Organization
    actor: Actor = field(default=OWNER)

    @contextmanager
    def scope(self, actor: Actor | None = None) -> Iterator[Scope]:
        """A scope as a request would have."""
        with scope(self.organization, actor=actor or self.actor, source="console", request_id="r-1") as opened:
            yield opened

    def upload(self, content: bytes | dict[str, Any], *, source: str = "browser", actor: Actor | None = None) -> UUID:
        """Upload a dump; its dry run is asked for."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        chunks = [raw[at : at + 1000] for at in range(0, len(raw), 1000)]
        with self.scope(actor):
            return commands.upload_dump(
                actor=actor or self.actor, chunks=chunks, file_name="C:\\dumps\\dump.json", source=source
            ).id

    def check(self, content: bytes | dict[str, Any], *, source: str = "browser") -> ImportBatch:
        """Upload a dump and do its dry run."""
        batch = self.upload(content, source=source)
        run_job()
        return self.batch(batch)

    def apply(self, batch: ImportBatch, **options: Any) -> ImportBatch:
        """Apply what was checked, and let the run that follows bring in pictures and creatives."""
        self.ask(batch, **options)
        run_job()
        with self.scope():
            follows = MediaRun.objects.filter(batch_id=batch.id, state="working").exists()
        if follows:
            run_job()
        return self.batch(batch.id)

    def bring(self, batch: ImportBatch) -> MediaRun:
        """Ask for pictures and creatives again, and do it."""
        with self.scope():
            bring_in(actor=self.actor, batch_id=batch.id)
        run_job()
        return self.media_run(batch)

    def media_run(self, batch: ImportBatch) -> MediaRun:
        """The last run over an import."""
        with self.scope():
            run = latest_run(batch)
        assert run is not None
        return run

    def ask(self, batch: ImportBatch, **options: Any) -> None:
        """Ask for the application of what was checked."""
        with self.scope():
            commands.apply_import(actor=self.actor, batch_id=batch.id, **options)

    def whole(self, content: bytes | dict[str, Any], *, source: str = "browser") -> ImportBatch:
        """Upload, check and apply."""
        return self.apply(self.check(content, source=source))

    def batch(self, batch_id: UUID) -> ImportBatch:
        """The import as it stands."""
        with self.scope():
            return queries.find_import(actor=self.actor, batch_id=batch_id)

    def rows(self, batch: ImportBatch) -> dict[str, ImportRow]:
        """The staged rows by path."""
        with self.scope():
            return {row.path or row.key: row for row in ImportRow.objects.filter(batch_id=batch.id)}

    def verdicts(self, batch: ImportBatch) -> dict[str, str]:
        """Verdict and code of each row, by path."""
        return {path: f"{row.verdict} {row.code}".strip() for path, row in self.rows(batch).items()}

    def products(self) -> dict[str, Product]:
        """The organization's products by legacy id."""
        with self.scope():
            return {str(product.legacy_id): product for product in Product.objects.all()}

    def campaigns(self) -> dict[str, Campaign]:
        """The organization's campaigns by legacy id."""
        with self.scope():
            return {str(campaign.legacy_id): campaign for campaign in Campaign.objects.select_related("product")}

    def entries(self, **wanted: Any) -> list[Entry]:
        """The log's entries that match."""
        with self.scope():
            return list(Entry.objects.filter(**wanted).order_by("id"))

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """All products and campaigns without ids and times of this run, as a whole to compare."""
        with self.scope():
            return {
                "products": [_facts(row) for row in Product.objects.order_by("legacy_source", "legacy_id")],
                "campaigns": [
                    _facts(row) | {"product": row.product.legacy_id if row.product else None}
                    for row in Campaign.objects.select_related("product").order_by("legacy_source", "legacy_id")
                ],
            }


def _facts(row: Product | Campaign) -> dict[str, Any]:
    left_out = {"id", "owner", "product", "created_at", "updated_at"}
    return {found.name: getattr(row, found.name) for found in row._meta.fields if found.name not in left_out}
