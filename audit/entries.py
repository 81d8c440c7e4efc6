"""One entry of a log: auditlog's model, what auditlog does not know (source, job, token, event) and our indexes.

The tenants' log and the operators' log are the same table in two places: Entry and audit.platform's PlatformEntry.
"""

from typing import Any, ClassVar, Self

from auditlog.models import AbstractLogEntry, LogEntryManager
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import UUID7
from django.utils.translation import gettext_lazy as _

from kernel.recorder.events import event


class EntryManager(LogEntryManager):
    """auditlog's manager over text keys and fixed content types: every question walks an index and none writes."""

    def log_create(self, instance: models.Model, force_log: bool = False, **kwargs: Any) -> None:
        """Record that `instance` was read; changes of rows are recorded by the database and are refused here."""
        if kwargs.get("action") != AbstractLogEntry.Action.ACCESS:
            raise TypeError("Changes of rows are recorded by the database; write events with recorder.events.event().")
        event("access", instance)

    def log_m2m_changes(self, *args: Any, **kwargs: Any) -> None:
        """Refused: the rows between are recorded by the database."""
        raise TypeError("Changes of rows are recorded by the database; write events with recorder.events.event().")

    def get_for_object(self, instance: models.Model) -> "models.QuerySet[Any]":
        """Return the entries of one object."""
        return self.get_for_model(type(instance)).filter(object_pk=str(instance.pk))

    def get_for_objects(self, queryset: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Return the entries of several objects of one type."""
        keys = [str(key) for key in queryset.values_list("pk", flat=True)]
        return self.get_for_model(queryset.model).filter(object_pk__in=keys)

    def get_for_model(self, model: type[models.Model]) -> "models.QuerySet[Any]":
        """Return the entries of all objects of one type."""
        found: models.QuerySet[Any] = self.filter(content_type_id=content_type_id(model))
        return found


class RecordedEntry(AbstractLogEntry):
    """What happened: one changed row or one semantic event. Written by the database, read-only for the product."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    timestamp = models.DateTimeField(_("time"))
    content_type = models.ForeignKey(
        ContentType,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("type"),
    )
    object_pk = models.CharField(_("object key"), max_length=255, db_default="")
    object_id = models.BigIntegerField(null=True)
    object_repr = models.TextField(_("object"), db_default="")
    action = models.SmallIntegerField(_("action"), choices=AbstractLogEntry.Action.choices)
    remote_port = models.IntegerField(null=True)
    changes_text = models.TextField(db_default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("actor"),
    )
    actor_name = models.TextField(_("actor's name"), db_default="")
    actor_email = models.TextField(_("actor's e-mail"), null=True)
    cid = models.CharField(_("request id"), max_length=255, null=True)
    event = models.CharField(_("event"), max_length=100)
    source = models.CharField(_("source"), max_length=16)
    token_id = models.UUIDField(_("token"), null=True)
    job_id = models.UUIDField(_("job"), null=True)
    reason = models.TextField(_("reason"), db_default="")
    db_user = models.TextField(_("database user"), db_default="")
    txid = models.BigIntegerField(_("transaction"))

    objects: ClassVar[EntryManager] = EntryManager()
    # Whose entries are somebody's own, for tenants.access.resolver.
    owner_path: ClassVar[str] = "actor_id"
    # What ids in the changes are called, as far as the reader looked it up: {(model, key): name}.
    names: dict[tuple[type[models.Model], str], str]

    class Meta:
        abstract = True
        ordering = ["-id"]
        get_latest_by = "id"
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        indexes = [
            models.Index(fields=["content_type", "object_pk", "-id"], name="%(app_label)s_of_object"),
            models.Index(fields=["actor", "-id"], name="%(app_label)s_of_actor"),
            models.Index(fields=["event", "-id"], name="%(app_label)s_of_event"),
            models.Index(fields=["cid", "-id"], condition=models.Q(cid__isnull=False), name="%(app_label)s_of_request"),
        ]

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **mode: Any) -> Self:
        """Attach the content type from settings: its id is fixed, so no entry costs a query for it."""
        entry: Self = super().from_db(db, field_names, values, **mode)
        entry.names = {}
        if "content_type_id" in entry.__dict__ and entry.content_type_id is not None:
            entry._state.fields_cache["content_type"] = content_type(entry.content_type_id)
        return entry

    def _get_changes_display_for_fk_field(self, field: "models.ForeignKey[Any, Any]", value: Any) -> str:
        """Name the related object as the reader looked it up; auditlog would ask once per value and show ids."""
        if value == "None":
            return ""
        return self.names.get((field.related_model, str(value)), str(_("(unknown)")))


def content_type_id(model: type[models.Model]) -> int:
    """Return the fixed id of the model's content type."""
    found: int = settings.CONTENT_TYPES[model._meta.concrete_model._meta.label_lower]  # type: ignore[union-attr]
    return found


def content_type(number: int) -> ContentType:
    """Return the content type with a fixed id, without asking the database."""
    return _CONTENT_TYPES[number]


def _load() -> dict[int, ContentType]:
    labels = ((number, label.split(".")) for label, number in settings.CONTENT_TYPES.items())
    return {number: ContentType(number, app, model) for number, (app, model) in labels}


_CONTENT_TYPES = _load()
