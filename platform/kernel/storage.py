"""Private files: one folder per organization, never served by path."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from kernel.tenancy.context import TenantLike


class PrivateStorage(FileSystemStorage):
    """Files below PRIVATE_STORAGE_ROOT, readable by the server's user only."""

    def __init__(self) -> None:
        super().__init__(
            location=settings.PRIVATE_STORAGE_ROOT,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )


def tenant_folder(organization: TenantLike) -> str:
    """Return the storage folder of an organization, relative to the storage's root."""
    return f"tenants/{organization.schema_name}"


def tenant_path(organization: TenantLike, *parts: str) -> Path:
    """Return an absolute path inside the organization's folder; refuse parts that would leave it."""
    base = (Path(settings.PRIVATE_STORAGE_ROOT) / tenant_folder(organization)).resolve()
    path = base.joinpath(*parts).resolve()
    if not path.is_relative_to(base):
        raise ValueError("The path leaves the organization's folder.")
    return path
