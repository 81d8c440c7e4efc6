"""The same files in a bucket: moto's server stands in for S3, on loopback."""

import os
from collections.abc import Iterator
from io import BytesIO

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from config.settings import env
from kernel.storage import asset_files
from tests.api.world import World
from tests.assets import samples
from tests.assets.sending import announce, body, complete, send
from tests.assets.test_serving import content, get
from tests.assets.test_sweep import forget_everything, swept

CHUNK = 256 * 1024


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3, with one empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    address = f"http://127.0.0.1:{port}"
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    client.create_bucket(Bucket="assets-of-tests")
    client.close()
    yield address
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: Settings) -> Iterator[None]:
    """Assets are stored there, below a folder."""
    url = f"s3://key:s%2Fecret@assets-of-tests/here?region=us-east-1&endpoint={endpoint}"
    settings.STORAGES = settings.STORAGES | {"assets": env.asset_storage(url)}
    yield
    for name, _written in list(asset_files().walk("tenants")):
        asset_files().delete(name)


def test_files_are_stored_read_in_part_listed_and_removed(bucket: None) -> None:
    files = asset_files()
    assert type(files).__name__ == "BucketStorage"
    name = "tenants/t_x/assets/ab/abc"
    assert files.save(name, ContentFile(b"0123456789")) == name
    files.save(name, ContentFile(b"abcdefghij"))

    assert files.exists(name)
    assert b"".join(files.stream(name, 2, 5)) == b"cdefg"
    assert [key for key, _written in files.walk("tenants/t_x")] == [name]
    assert [key for key, _written in files.walk("tenants/t_")] == []
    files.delete(name)
    assert not files.exists(name)
    with pytest.raises(FileNotFoundError):
        files.stream(name, 0, 1)


def test_an_asset_goes_all_the_way_through_a_bucket(
    world: World, bucket: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_everything(world)
    caller = world.callers["marketer"]
    film = samples.mp4(padding=CHUNK)
    sent = announce(caller, len(film), "film.mp4")
    send(caller, sent, film[:CHUNK])
    send(caller, sent, film[CHUNK:], CHUNK)
    assert len(list(asset_files().walk("tenants"))) == 2
    made = body(complete(caller, sent))
    [(key, _written)] = asset_files().walk("tenants")
    assert key == f"tenants/{world.row.schema_name}/assets/{made['version']['sha256'][:2]}/{made['version']['sha256']}"

    answer = get(world, made["version"]["links"]["file"], range="bytes=4-11")
    assert (answer.status_code, content(answer)) == (206, film[4:12])
    asset_files().save(key[:-3] + "000", ContentFile(b"of a rollback"))
    assert swept(world, monkeypatch)["files"] == 1
    assert [name for name, _when in asset_files().walk("tenants")] == [key]


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket",
        "s3://",
        "s3://key@bucket",
        "s3://bucket?acl=public",
        "s3://bucket#x",
        "s3://key:[@bucket",
    ],
)
def test_an_address_of_a_bucket_that_is_wrong_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        env.asset_storage(url)

    assert "key:[" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_an_address_files_are_in_the_private_folder() -> None:
    assert env.asset_storage("") == {"BACKEND": "kernel.storage.PrivateStorage"}
    assert env.asset_storage("s3://bucket")["OPTIONS"] | {} == {
        "bucket_name": "bucket",
        "location": "",
        "region_name": None,
        "endpoint_url": None,
        "access_key": None,
        "secret_key": None,
        "default_acl": None,
        "file_overwrite": True,
    }


def test_a_file_is_whole_or_not_there(files: object) -> None:
    class Breaks(BytesIO):
        def read(self, amount: int | None = -1) -> bytes:
            raise OSError("the disk is gone")

    storage = asset_files()
    with pytest.raises(OSError, match="the disk is gone"):
        storage.save("tenants/t_x/assets/ab/abc", File(Breaks(b"xyz")))

    assert list(storage.walk("tenants")) == []
    with pytest.raises(SuspiciousFileOperation):
        storage.save("../abc", ContentFile(b"x"))
