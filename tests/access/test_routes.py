"""Every way in declares what it takes: API operations and the pages of an organization's host."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from config.api import api, permissions_asked, scopes
from console.guards import ACCOUNT, ANYBODY, member_page, public_member_page
from kernel.http.api import Api
from kernel.http.operations import MORE_PERMISSIONS, PERMISSION, Router, declares
from tenants.access.catalogue import PERMISSIONS
from tenants.access.resolver import MEMBER

ROOT = Path(__file__).resolve().parents[2]
# Pages of an organization's host about coming in and one's own account; they need no place in an organization.
OPEN = {"signin", "public"}
API = "api/v1/"


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, address and declaration of every operation."""
    paths = api.document()["paths"]
    return [(method, path, found) for path, methods in paths.items() for method, found in methods.items()]


def views(found: URLResolver, route: str = "", namespace: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield (namespace, address pattern, view) of everything below `found`."""
    for entry in found.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield namespace, here, entry.callback
        else:
            yield from views(entry, here, entry.namespace or namespace)


def view(request: HttpRequest) -> HttpResponse:
    """A view that is never called."""
    return HttpResponse()


def test_every_operation_declares_a_permission_of_the_catalogue() -> None:
    found = operations()

    undeclared = [(method, path) for method, path, one in found if one.get(PERMISSION) not in {MEMBER, *PERMISSIONS}]

    assert found
    assert undeclared == []
    assert {name for _m, _p, one in found for name in one.get(MORE_PERMISSIONS, [])} <= PERMISSIONS.keys()
    assert len(found) == sum(len(operation.methods) for operation in api.operations())


def test_every_page_of_an_organizations_host_declares_a_permission_of_the_catalogue() -> None:
    found = [one for one in views(get_resolver("config.urls")) if not one[1].startswith(API)]
    # The signature of a file's link is the permission: whoever may see the file was given it.
    pages = [one for one in found if one[0] not in OPEN and one[1] != "files/<str:signed>"]

    undeclared = [route for _name, route, found in pages if getattr(found, "needs", None) not in {MEMBER, *PERMISSIONS}]

    assert pages
    assert undeclared == []
    assert {getattr(page, "needs", None) for name, _route, page in found if name in OPEN} <= {ACCOUNT, ANYBODY}


@pytest.mark.parametrize("guard", [member_page, public_member_page])
def test_a_page_with_a_misspelt_permission_fails_at_import(guard: Any) -> None:
    with pytest.raises(KeyError, match="campaign:veiw"):
        guard("campaign:veiw")


@pytest.mark.parametrize("where", ["permission", "may_ask"])
def test_an_operation_with_a_misspelt_permission_fails_at_import(where: str) -> None:
    router, made = Router(), Api(prefix="t", title="t", version="1", description="t")
    extra = declares("campaign:veiw") if where == "permission" else declares("campaign:view", may_ask=["campaign:veiw"])
    router.get("", openapi_extra=extra)(view)
    made.add_router("/t", router)

    with pytest.raises(KeyError, match="campaign:veiw"):
        permissions_asked(made)


def test_the_api_asks_whether_its_permissions_are_known_when_it_is_imported() -> None:
    tree = ast.parse((ROOT / "platform/config/api.py").read_text())

    calls = [ast.unparse(statement) for statement in tree.body if isinstance(statement, ast.Assign)]

    assert "_SCOPES = permissions_asked(api)" in calls


def test_an_operation_without_a_permission_fails_at_import() -> None:
    with pytest.raises(TypeError, match="declares no permission"):
        Router().get("")(view)


def test_the_scopes_on_offer_are_what_operations_declare() -> None:
    declared = {one[PERMISSION] for _method, _path, one in operations()}
    declared |= {name for _method, _path, one in operations() for name in one.get(MORE_PERMISSIONS, [])}

    assert scopes() == declared - {MEMBER}
    assert {"campaign:view", "campaign:publish", "token:create"} <= scopes()


def test_whatever_commands_of_the_api_ask_for_is_declared_by_an_operation() -> None:
    paths = [path for app in ("campaigns", "catalog", "audit") for path in (ROOT / app).glob("*.py")]
    asked = {name for path in paths for name in re.findall(r'"([a-z]+:[a-z_]+)"', path.read_text())}

    assert asked & PERMISSIONS.keys() <= scopes()
