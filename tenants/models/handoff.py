"""The step from the sign-in host to an organization's or the operators' host."""

from django.db import models

from kernel.recorder import unaudited
from tenants.models.people import User


@unaudited("lives for 60 seconds; the sign-in itself is an event in the log")
class HandoffCode(models.Model):
    """A code that opens one session on one host, once, within 60 seconds; bound to the browser by `state_hash`.

    `second_factor` says which one the person has used, empty for none. It opens nothing any more once the sign-in it
    was issued from (`family`) has ended or the account's `session_hash` is another: the password was changed.
    """

    code_hash = models.BinaryField(max_length=32, primary_key=True)
    state_hash = models.BinaryField(max_length=32)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    host = models.CharField(max_length=253)
    second_factor = models.CharField(max_length=20, blank=True, default="", db_default="")
    session_hash = models.CharField(max_length=128, blank=True, default="", db_default="")
    family = models.UUIDField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
