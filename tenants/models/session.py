"""Where a person is signed in, as they see it themselves."""

from django.db import models

from kernel.ids import uuid7
from kernel.recorder import unaudited
from tenants.models.people import User


@unaudited("signing in, out and ending a session are events; the rest is the framework's state")
class SessionRecord(models.Model):
    """One session of a person on one host. Whether it still lives, its row in django_session says.

    The session of a sign-in and those that were opened from it on other hosts have one `family`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    host = models.CharField(max_length=253)
    family = models.UUIDField(null=True)
    address = models.CharField(max_length=45, blank=True, default="")
    user_agent = models.CharField(max_length=300, blank=True, default="")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-seen_at", "-id"]
