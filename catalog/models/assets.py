"""Files that are advertised with: assets, their versions, and uploads on their way to become one."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.recorder import audited, unaudited
from tenants.access.models import Owned, TeamGrant, UserGrant


@audited(label="name", exclude=["rights_warned"])
class Asset(Owned):
    """A picture, film, text or document of the organization; what it shows is its current version.

    `rights_warned` is the last warning about the end of the rights that was sent, in days before it.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("Picture")
        VIDEO = "video", _("Video")
        TEXT = "text", _("Text")
        HTML = "html", _("HTML")
        FONT = "font", _("Font")
        DOCUMENT = "document", _("Document")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    alt = models.CharField(max_length=500, blank=True, default="", db_default="")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE, db_default="active")
    rights_until = models.DateField(null=True, blank=True)
    rights_warned = models.PositiveSmallIntegerField(null=True, blank=True)
    label_ids = ArrayField(
        models.UUIDField(), default=list, blank=True, db_default=models.Value([], ArrayField(models.UUIDField()))
    )
    current = models.ForeignKey(
        "catalog.AssetVersion", on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    data = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))

    resource = "asset"

    class Meta(Owned.Meta):
        ordering = ["-updated_at", "-id"]
        indexes = [
            *Owned.Meta.indexes,
            GinIndex(fields=["label_ids"], name="asset_labels"),
            models.Index(
                fields=["rights_until", "id"],
                condition=models.Q(rights_until__isnull=False, trashed_at=None),
                name="asset_rights",
            ),
        ]
        constraints = [
            *Owned.Meta.constraints,
            models.CheckConstraint(condition=~models.Q(name=""), name="asset_name_given"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["image", "video", "text", "html", "font", "document"]),
                name="asset_kind_known",
            ),
            models.CheckConstraint(condition=models.Q(status__in=["active", "archived"]), name="asset_status_known"),
        ]

    def __str__(self) -> str:
        return self.name


@audited(label="file_name")
class AssetVersion(models.Model):
    """One content of an asset, numbered from 1; never changed, so what was approved stays what it was.

    `sha256` and `size` are of the stored file, `source_sha256` is of the file as it was sent. `renditions` holds
    the smaller pictures made of it by name (thumb, preview), each with key, mime, width, height and size;
    `stored_bytes` is what the file and those take together.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, db_index=False, related_name="versions")
    n = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    stored_bytes = models.BigIntegerField()
    mime = models.CharField(max_length=100)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_ms = models.PositiveBigIntegerField(null=True, blank=True)
    file_name = models.CharField(max_length=255)
    storage_key = models.CharField(max_length=200)
    renditions = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    created_by_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ["asset", "-n"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "n"], name="assetversion_number_once"),
            models.CheckConstraint(condition=models.Q(n__gte=1), name="assetversion_number_positive"),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="assetversion_content"),
            models.Index(fields=["source_sha256"], name="assetversion_source"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the version. Raises TypeError for one that is stored already."""
        if not self._state.adding:
            raise TypeError("A version never changes; make a new one.")
        super().save(*args, **kwargs)


@unaudited("temporary: swept after a day; the version made of it is recorded")
class Upload(models.Model):
    """A file on its way in, chunk by chunk; `parts` are the sizes of the chunks that are on disk.

    A completed upload stays until it expires, so that completing it again answers what came of it.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("Receiving")
        COMPLETED = "completed", _("Completed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="uploads"
    )
    name = models.CharField(max_length=255, blank=True, default="")
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    parts = ArrayField(models.IntegerField(), default=list, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVING)
    version = models.ForeignKey(
        AssetVersion, on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="+"
    )
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="upload_size_positive"),
            models.CheckConstraint(
                condition=models.Q(received__gte=0, received__lte=models.F("size")), name="upload_received_fits"
            ),
            models.CheckConstraint(condition=models.Q(state__in=["receiving", "completed"]), name="upload_state_known"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="upload_expiring"),
            models.Index(fields=["owner_id"], name="upload_of_owner"),
        ]

    def __str__(self) -> str:
        return self.file_name


@audited(label="content_object", exclude=["sort_at"])
class AssetUserGrant(UserGrant):
    """An asset shared with a person."""

    content_object = models.ForeignKey(Asset, on_delete=models.CASCADE, db_index=False, related_name="user_grants")

    class Meta(UserGrant.Meta):
        pass


@audited(label="content_object", exclude=["sort_at"])
class AssetTeamGrant(TeamGrant):
    """An asset shared with a team."""

    content_object = models.ForeignKey(Asset, on_delete=models.CASCADE, db_index=False, related_name="team_grants")

    class Meta(TeamGrant.Meta):
        pass
