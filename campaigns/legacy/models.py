"""What an import is, what each row of it came to, and what was ever imported."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.recorder import unaudited


@unaudited("its effects are recorded row by row and its end as an event")
class ImportBatch(models.Model):
    """One uploaded dump on its way: uploaded, checked (the dry run), and, once confirmed, applied chunk by chunk.

    `stage` and `cursor` say up to where it was applied; they are committed together with the rows they count.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Checking")
        READY = "ready", _("Ready")
        APPLYING = "applying", _("Applying")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=80)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State.choices, default=State.UPLOADED)
    error = models.TextField(blank=True, default="")
    counts = models.JSONField(default=dict)
    stage = models.PositiveSmallIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    applied = models.BigIntegerField(default=0)
    owner_id = models.UUIDField(null=True, blank=True)
    created_by_id = models.UUIDField(null=True, blank=True)
    created_by_name = models.CharField(max_length=120, blank=True, default="")
    job_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name


@unaudited("staging of an import; the objects made from it are recorded")
class ImportRow(models.Model):
    """One row of a dump: where it stands, what it is, and its verdict. What was made of it is in LegacyIdentity.

    Narrow, and written again only where its verdict is not `created`: the bulk of an import is never updated by it.
    `brought` is what the run after it found in the row: figures by name, and `findings` ({code, path, fact}).
    """

    class Verdict(models.TextChoices):
        CREATED = "created", _("Created")
        DUPLICATE = "duplicate", _("Duplicate")
        CONFLICT = "conflict", _("Conflict")
        REJECTED = "rejected", _("Rejected")
        PENDING = "pending", _("Pending")
        KEPT = "kept", _("Kept")
        LISTED = "listed", _("Listed")

    pk = models.CompositePrimaryKey("batch_id", "ord")
    batch_id = models.UUIDField()
    ord = models.BigIntegerField()
    key = models.TextField()
    path = models.TextField()
    kind = models.CharField(max_length=20)
    legacy_id = models.CharField(max_length=200, blank=True)
    flow_id = models.CharField(max_length=200, blank=True)
    product_ref = models.CharField(max_length=200, blank=True)
    sku = models.CharField(max_length=80, blank=True)
    twin_hash = models.CharField(max_length=32, blank=True)
    launched = models.BooleanField()
    changed_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=255, blank=True)
    content_hash = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    fact = models.TextField(blank=True)
    warnings = models.JSONField()
    held_pictures = models.IntegerField()
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    code = models.CharField(max_length=40, blank=True)
    brought = models.JSONField(null=True)

    class Meta:
        ordering = ["batch_id", "ord"]
        indexes = [
            models.Index(
                fields=["batch_id", "ord"],
                condition=models.Q(brought__has_key="findings"),
                name="importrow_findings",
            ),
            models.Index(
                fields=["batch_id", "ord"],
                condition=models.Q(verdict__in=["rejected", "conflict"]),
                name="importrow_problems",
            ),
        ]

    def __str__(self) -> str:
        return self.path


@unaudited("staging of an import; the objects made from it are recorded")
class ImportPayload(models.Model):
    """What a staged row holds: the object to be made, or the row as it was where it can't be one; and its pictures."""

    pk = models.CompositePrimaryKey("batch_id", "ord")
    batch_id = models.UUIDField()
    ord = models.BigIntegerField()
    payload = models.JSONField()
    pictures = models.JSONField()


@unaudited("a ledger that mirrors what imports created; the objects themselves are recorded")
class LegacyIdentity(models.Model):
    """That a row of a browser became an object of ours, and what the row said then. Never removed.

    `brought_version` is the version the object was left at when its pictures and creatives came in, null before that.
    Pictures have rows of their own (`picture`, known by their SHA-256); their object is the version of an asset.
    """

    pk = models.CompositePrimaryKey("source", "kind", "legacy_id")
    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    legacy_id = models.CharField(max_length=200)
    flow_id = models.CharField(max_length=200, blank=True)
    content_hash = models.CharField(max_length=32)
    changed_at = models.DateTimeField(null=True)
    object_id = models.UUIDField(null=True)
    brought_version = models.PositiveIntegerField(null=True)
    batch_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=models.functions.Now())


@unaudited("its effects are recorded row by row and its end as an event")
class MediaRun(models.Model):
    """The work that follows an import: its dump is read again for pictures and creatives.

    `cursor` is the last row that was dealt with; it is committed together with what was made of the rows up to it.
    `made` counts what this run wrote, `report` says at its end what there is.
    """

    class State(models.TextChoices):
        WORKING = "working", _("Working")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, db_index=False, related_name="media_runs")
    state = models.CharField(max_length=20, choices=State.choices, default=State.WORKING)
    error = models.TextField(blank=True, default="")
    cursor = models.BigIntegerField(default=0)
    made = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    job_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["batch", "-id"]
        indexes = [models.Index(fields=["batch", "-id"], name="mediarun_of_import")]
