"""What a person asked for by mail and has an hour to do: a new password, another e-mail address."""

from django.db import models

from kernel.ids import uuid7
from kernel.recorder import unaudited
from tenants.models.people import User


@unaudited("lives for an hour; asking and using are events in the log")
class PasswordReset(models.Model):
    """A link that sets one account's password, once; only its token's sha256 is stored."""

    token_hash = models.BinaryField(max_length=32, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


@unaudited("lives for an hour; asking, using and the changed account are in the log")
class EmailChange(models.Model):
    """A link, mailed to the new address, that moves one account there, once. It has no token before it is mailed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    token_hash = models.BinaryField(max_length=32, null=True, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
