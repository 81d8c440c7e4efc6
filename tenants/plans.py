"""The plans every installation starts with. Operators may change them; missing ones are added on migration."""

from tenants.models import Plan

STANDARD = (
    Plan(slug="free", name="Free", position=1, seats=3, campaigns=25, products=100, storage_mb=100),
    Plan(slug="team", name="Team", position=2, seats=15, campaigns=1_000, products=5_000, storage_mb=5_000),
    Plan(slug="scale", name="Scale", position=3, seats=50, campaigns=100_000, products=100_000, storage_mb=50_000),
    Plan(slug="enterprise", name="Enterprise", position=4, seats=None, campaigns=None, products=None, storage_mb=None),
)


def install() -> None:
    """Add the standard plans that are missing; leave those that are there as they are."""
    Plan.objects.using("owner").bulk_create(STANDARD, ignore_conflicts=True)
