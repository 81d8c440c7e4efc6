"""What makes an OpenAPI document complete: links from what is made to what can be done with it, and examples."""

import re
from collections.abc import Iterator
from typing import Any

from kernel.http.examples import Examples

EXAMPLE = "x-example"
ROWS = "x-rows"
_ONE = re.compile(r"^(?P<collection>.*)/\{(?P<name>\w+)\}(?P<verb>/[\w-]+)?$")
_IF_MATCH = "If-Match"


def complete(document: dict[str, Any]) -> None:
    """Add links and examples to every operation, and take out what can't be true of a parameter."""
    examples = Examples(document["components"]["schemas"])
    for _address, _method, operation in _operations(document):
        _parameters(operation, examples)
        _bodies(operation, examples)
    _link(document)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            yield address, method, operation


def _parameters(operation: dict[str, Any], examples: Examples) -> None:
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        # Ninja lifts a schema's list of examples to the parameter, where OpenAPI knows only named ones.
        if isinstance(parameter.get("examples"), list):
            schema["examples"] = parameter.pop("examples")
        if schema.get("default", ()) in ([], None, ""):
            schema.pop("default", None)
        if parameter["required"] and "example" not in parameter:
            known = '"3-0123456789abcdef01234567"' if parameter["name"] == _IF_MATCH else None
            parameter["example"] = known or examples.of(schema, name=parameter["name"])


def _bodies(operation: dict[str, Any], examples: Examples) -> None:
    given = operation.pop(EXAMPLE, None)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "schema" in content and "example" not in content:
            content["example"] = examples.of(content["schema"])
    for status, answer in operation["responses"].items():
        if int(status) >= 300:
            continue
        for content in answer.get("content", {}).values():
            if "schema" in content and "example" not in content:
                content["example"] = examples.of(content["schema"]) if given is None else given


def _link(document: dict[str, Any]) -> None:
    """From each answer that holds an object to the operations on that one object, by the shape of the addresses."""
    paths = document["paths"]
    about: dict[str, list[tuple[str, str, str, dict[str, Any]]]] = {}
    for address, method, operation in _operations(document):
        found = _ONE.match(address)
        if found and "{" not in found["collection"]:
            about.setdefault(found["collection"], []).append((found["name"], address, method, operation))
    for collection, operations in about.items():
        name = operations[0][0]
        sources = [(paths.get(collection, {}).get("post"), "201", "$response.body#/id")]
        one = paths.get(f"{collection}/{{{name}}}", {})
        sources += [(one.get(method), "200", f"$request.path.{name}") for method in ("get", "patch", "delete")]
        for source, status, key in sources:
            answer = (source or {}).get("responses", {}).get(status) or (source or {}).get("responses", {}).get(
                int(status)
            )
            if answer is not None:
                links = {o["operationId"]: _to(n, key, o) for n, _a, _m, o in operations if o is not source}
                answer["links"] = answer.get("links", {}) | links
    _link_batches(document)


def _link_batches(document: dict[str, Any]) -> None:
    """From every bulk change to its undo."""
    undo = next((o for a, _m, o in _operations(document) if a.endswith("/batches/{batch_id}/undo")), None)
    for _address, _method, operation in _operations(document):
        if undo is not None and ROWS in operation:
            answer = operation["responses"].get(200) or operation["responses"]["200"]
            answer["links"] = {undo["operationId"]: _to("batch_id", "$response.body#/batch", undo)}


def _to(name: str, key: str, operation: dict[str, Any]) -> dict[str, Any]:
    parameters = {name: key}
    if any(p["name"] == _IF_MATCH for p in operation.get("parameters", ())):
        parameters[_IF_MATCH] = "$response.header.ETag"
    return {"operationId": operation["operationId"], "parameters": parameters}
