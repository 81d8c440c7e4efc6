"""Who runs the platform."""

from collections.abc import Sequence

from tenants.models import Operator


def operators() -> Sequence[Operator]:
    """Return all operators with their accounts, the first one first."""
    return list(Operator.objects.select_related("user").order_by("created_at", "user_id"))
