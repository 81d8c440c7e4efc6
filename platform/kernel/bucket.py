"""The files of kernel.storage in a bucket that speaks S3. Imported only where one is configured."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

from kernel.storage import Blocks

_GONE = frozenset({"NoSuchKey", "404"})


class BucketStorage(S3Storage):
    """Objects of one bucket, private, each replaced as a whole."""

    def stream(self, name: str, start: int, length: int) -> Blocks:
        """Return `length` bytes from `start` on, block by block. Raises FileNotFoundError at once."""
        try:
            found: Any = self.bucket.Object(self._key(name)).get(Range=f"bytes={start}-{start + length - 1}")
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise FileNotFoundError(name) from error
            raise
        return Blocks(found["Body"], length)

    def walk(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """Return every object below `folder` with the time it was written."""
        prefix = len(self._key(folder)) - len(folder)
        for found in self.bucket.objects.filter(Prefix=self._key(folder) + "/"):
            yield found.key[prefix:], found.last_modified

    def _key(self, name: str) -> str:
        key: str = self._normalize_name(name)
        return key
