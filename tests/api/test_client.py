"""A typed client that is generated from the document: it builds, and it works."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from config.api import api
from tests.api.serving import served
from tests.api.world import World

NAME = "campaign_builder_client"
RAW = ("text/csv", "application/x-ndjson", "application/offset+octet-stream", "image/svg+xml", "image/png")
CONFIG = {
    "package_name_override": NAME,
    "post_hooks": [],
    "content_type_overrides": dict.fromkeys(RAW, "application/octet-stream"),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The generated package, importable while the module's tests run."""
    folder = tmp_path_factory.mktemp("client")
    document, config = folder / "openapi.json", folder / "config.yml"
    document.write_text(json.dumps(api.document()))
    config.write_text(json.dumps(CONFIG))
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", str(document), "--config", str(config), "--output-path", str(folder / NAME)),
    ]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield folder / NAME
    sys.path.remove(str(folder))


def test_the_client_has_every_operation(package: Path) -> None:
    names = {operation.operation_id for operation in api.operations()}
    assert {path.stem for path in package.glob("api/*/*.py")} - {"__init__"} == names


def test_the_client_makes_reads_changes_and_copies_a_campaign(world: World, package: Path) -> None:
    def operation(topic: str, name: str) -> Any:
        return import_module(f"{NAME}.api.{topic}.{name}")

    models: Any = import_module(f"{NAME}.models")
    made_by: Any = import_module(f"{NAME}.client").AuthenticatedClient
    token, headers = world.callers["owner"].token, {"Host": "localhost"}
    with served() as address, made_by(base_url=address, token=token, headers=headers) as client:
        wanted = models.CampaignCreate(name="Typed", channels=[models.CampaignCreateChannelsItem.META])
        made = operation("campaigns", "create_a_campaign").sync_detailed(client=client, body=wanted)
        read = operation("campaigns", "read_campaign").sync_detailed(made.parsed.id, client=client)
        changed = operation("campaigns", "change_a_campaign").sync_detailed(
            made.parsed.id,
            client=client,
            body=models.CampaignChange(name="Typed again"),
            if_match=read.headers["ETag"],
        )
        copy = operation("campaigns", "copy_a_campaign").sync_detailed(
            made.parsed.id, client=client, body=models.CampaignCopy()
        )
        listed = operation("campaigns", "list_campaigns").sync(client=client, q="typed again")
        refused = operation("campaigns", "lead_a_campaign").sync_detailed(
            made.parsed.id,
            client=client,
            body=models.CampaignStatus(status=models.CampaignStatusStatus.ACTIVE),
            if_match=changed.headers["ETag"],
        )

    assert (made.status_code, read.parsed.name, changed.parsed.name) == (201, "Typed", "Typed again")
    assert (copy.parsed.name, copy.parsed.status.value) == ("Typed again (copy)", "draft")
    assert {row.name for row in listed.items} == {"Typed again", "Typed again (copy)"}
    assert (refused.status_code, refused.parsed.code) == (409, "launch_blocked")
