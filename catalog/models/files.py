"""Products on their way in from a file, or out into one."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.catalogs import Catalog
from kernel.ids import uuid7
from kernel.recorder import unaudited


@unaudited("its effects are recorded row by row, and its end as an event")
class ProductFile(models.Model):
    """One file and what is done with it: an import is checked (the dry run), then run; an export is written.

    `cursor` is the last row that was written, committed together with what it counts, so a run that was killed goes on
    behind it. `mapping` says which column of the file is which field of ours.
    """

    class Direction(models.TextChoices):
        IMPORT = "import", _("Import")
        EXPORT = "export", _("Export")

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        JSONL = "jsonl", _("JSON lines")

    class Match(models.TextChoices):
        SKU = "sku", _("SKU")
        EXTERNAL_ID = "external_id", _("External id")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Checking")
        READY = "ready", _("Ready")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    catalog = models.ForeignKey(
        Catalog, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="files"
    )
    format = models.CharField(max_length=10, choices=Format.choices)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    storage_key = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    error = models.TextField(blank=True, default="")
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    match = models.CharField(max_length=20, choices=Match.choices, default=Match.SKU)
    filters = models.JSONField(default=dict)
    rows = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    cursor = models.BigIntegerField(default=0)
    created_by_id = models.UUIDField(null=True, blank=True)
    created_by_name = models.CharField(max_length=120, blank=True, default="")
    job_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    # Who may see products sees the files that are theirs to see (tenants.access.resolver).
    owner_path: ClassVar[str] = "created_by_id"

    class Meta:
        ordering = ["-id"]
        verbose_name = _("product file")
        verbose_name_plural = _("product files")
        indexes = [models.Index(fields=["catalog", "-id"], name="productfile_of_catalog")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(direction="export") | models.Q(catalog__isnull=False),
                name="productfile_import_has_catalog",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


@unaudited("staging of an import; the products made from it are recorded")
class ProductFileRow(models.Model):
    """One row of an imported file: its cells by the file's own columns, and what came, or would come, of it.

    `code` and `field` say why it was rejected; `product_id` is what it made, changed or equals.
    """

    class Result(models.TextChoices):
        CREATED = "created", _("Created")
        UPDATED = "updated", _("Updated")
        UNCHANGED = "unchanged", _("Unchanged")
        REJECTED = "rejected", _("Rejected")

    pk = models.CompositePrimaryKey("file_id", "number")
    file_id = models.UUIDField()
    number = models.BigIntegerField()
    cells = models.JSONField()
    result = models.CharField(max_length=10, choices=Result.choices)
    code = models.CharField(max_length=40, blank=True, default="")
    field = models.CharField(max_length=120, blank=True, default="")
    message = models.TextField(blank=True, default="")
    product_id = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        ordering = ["file_id", "number"]
        verbose_name = _("row of a product file")
        verbose_name_plural = _("rows of product files")
        indexes = [models.Index(fields=["file_id", "result", "number"], name="productfilerow_by_result")]

    def __str__(self) -> str:
        return f"{self.number}"
