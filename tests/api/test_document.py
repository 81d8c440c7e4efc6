"""The OpenAPI document and the reference page: complete, valid and in step with the code."""

import json
import re
from pathlib import Path
from typing import Any, get_args

from django.test import Client
from jsonschema_rs import Draft202012Validator
from pydantic import BaseModel

from campaigns.schemas import CampaignChange, CampaignCreate
from catalog.schemas import ProductChange, ProductCreate
from config.api import api
from kernel.http.codes import CODES
from tests.api.caller import Caller
from tests.api.world import World

ROOT = Path(__file__).resolve().parents[2]
# A draft is its author's alone, and a view its owner's to change: there is nobody whose change could be overwritten.
LAST_WRITE_WINS = ("/api/v1/drafts/", "/api/v1/views/")
ALWAYS = {400, 401, 403, 422, 500, 503}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, address and declaration of every operation."""
    paths = api.document()["paths"]
    return [(method, path, found) for path, methods in paths.items() for method, found in methods.items()]


def test_every_operation_declares_every_answer() -> None:
    for method, path, operation in operations():
        statuses = set(operation["responses"])
        expected = set(ALWAYS)
        if method == "get":
            expected |= {200, 304}
        if method in ("patch", "post"):
            expected |= {413, 415}
        if method in ("patch", "delete", "put") and not path.startswith(LAST_WRITE_WINS):
            expected |= {404, 412, 428}
        if "{" in path:
            expected.add(404)
        assert expected <= statuses, (method, path)


def test_every_error_is_a_problem_and_every_success_has_an_etag() -> None:
    for method, path, operation in operations():
        for status, answer in operation["responses"].items():
            assert answer["description"], (method, path, status)
            if status >= 400:
                assert list(answer["content"]) == ["application/problem+json"]
            else:
                assert "ETag" in answer["headers"], (method, path, status)


def test_every_operation_asks_for_a_token() -> None:
    assert api.document()["components"]["securitySchemes"]["BearerToken"]["scheme"] == "bearer"
    assert all(operation["security"] == [{"BearerToken": []}] for _method, _path, operation in operations())


def test_operation_names_are_unique() -> None:
    names = [operation["operationId"] for _method, _path, operation in operations()]

    assert len(names) == len(set(names))


def test_references_lead_somewhere() -> None:
    text = json.dumps(api.document())
    referenced = set(re.findall(r"#/components/schemas/(\w+)", text))

    assert referenced <= set(api.document()["components"]["schemas"])


def test_examples_are_valid() -> None:
    schemas = api.document()["components"]["schemas"]
    for model in (CampaignCreate, CampaignChange, ProductCreate, ProductChange):
        examples = schemas[model.__name__]["examples"]
        assert examples
        for example in examples:
            model.model_validate(example)
    for example in schemas["Problem"]["examples"]:
        assert set(schemas["Problem"]["required"]) <= set(example)
        assert example["code"] in CODES


def test_every_body_has_an_example_that_its_schema_allows() -> None:
    document = api.document()
    for method, path, operation in operations():
        bodies = [operation.get("requestBody", {}), *(a for s, a in operation["responses"].items() if int(s) < 300)]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            schema = {"components": document["components"], **content["schema"]}
            found = [error.message for error in Draft202012Validator(schema).iter_errors(content["example"])]
            assert not found, (method, path, found)


def test_whatever_is_made_links_to_what_can_be_done_with_it() -> None:
    names = {operation["operationId"]: operation for _method, _path, operation in operations()}
    made = api.document()["paths"]["/api/v1/campaigns"]["post"]["responses"][201]["links"]

    assert made["read_campaign"]["parameters"] == {"campaign_id": "$response.body#/id"}
    for name in ("change_a_campaign", "trash_a_campaign", "restore_a_campaign"):
        assert made[name]["parameters"]["If-Match"] == "$response.header.ETag"
    for _method, path, operation in operations():
        links = {name: link for a in operation["responses"].values() for name, link in a.get("links", {}).items()}
        for name, link in links.items():
            taken = {parameter["name"] for parameter in names[name]["parameters"]}
            assert link["parameters"].keys() <= taken, (path, name)
        if 201 in operation["responses"] and f"{path}/" in "".join(f"{p}/" for _m, p, _o in operations()):
            assert links or "{" in path, path
    assert "undo_a_batch" in api.document()["paths"]["/api/v1/campaigns/bulk"]["post"]["responses"][200]["links"]


def test_every_code_that_the_product_uses_is_explained() -> None:
    folders = ("catalog", "tenants/access", "tenants/doors", "platform/kernel/http", "audit")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    paths += [*(ROOT / "campaigns").glob("*.py"), ROOT / "platform/kernel/errors.py"]
    sources = [path.read_text() for path in paths]
    raised = r"(?:NotAllowed|NotFound|Conflict|Invalid|Unauthenticated|Unavailable|Malformed|DomainError)\("
    used = {
        code
        for source in sources
        for call in re.findall(raised + r"(?:[^()]|\([^()]*\))*\)", source)
        for code in re.findall(r'\bcode="(\w+)"', call)
    }
    used |= {code for source in sources for code in re.findall(r'^    code(?:: str)? = "(\w+)"$', source, re.M)}

    assert used
    assert used <= set(CODES), used - set(CODES)


def test_the_document_is_served_to_everybody_with_an_etag(world: World) -> None:
    answer = Caller("")("GET", "/openapi.json")

    assert answer.status_code == 200
    assert json.loads(answer.content)["info"]["title"] == "Campaign Builder API"
    assert Caller("")("GET", "/openapi.json", if_none_match=answer["ETag"]).status_code == 304


def test_the_reference_page_keeps_the_strict_policy(world: World) -> None:
    answer = Client().get("/api/v1/docs", headers={"Host": "localhost"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "<script" not in page
    assert "style=" not in page
    prose = re.sub(r"<pre[^>]*>[^<]*</pre>", "", page)
    assert "https://" not in prose.replace("http:// or https://", "")
    for _method, path, operation in operations():
        assert path in page
        assert f'id="{operation["operationId"]}"' in page
        assert f"<code>{operation['x-permission']}</code>" in page
    for code in CODES:
        assert f'id="problem-{code}"' in page


def test_no_two_schemas_share_a_name() -> None:
    """The document holds schemas by their class's name: of two with one name, one would be described by the other."""
    found: dict[str, set[type[BaseModel]]] = {}

    def walk(part: Any) -> None:
        for inner in get_args(part):
            walk(inner)
        if isinstance(part, type) and issubclass(part, BaseModel) and part not in found.get(part.__name__, ()):
            found.setdefault(part.__name__, set()).add(part)
            for field in part.model_fields.values():
                walk(field.annotation)

    for operation in api.operations():
        for model in (*operation.models, *operation.response_models.values()):
            for field in getattr(model, "model_fields", {}).values():
                walk(field.annotation)

    assert len(found) > 50
    assert {name: classes for name, classes in found.items() if len(classes) > 1} == {}
