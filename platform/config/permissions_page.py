"""docs/permissions.md, made from the catalogue of permissions, the API's operations and the console's views."""

from collections.abc import Iterator
from itertools import groupby

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from config.api import api
from kernel.http.operations import MORE_PERMISSIONS, PERMISSION
from tenants.access.catalogue import LEVEL_ORDER, PERMISSIONS, RESOURCES, ROLES, Permission

_NONE = "\N{EN DASH}"
_REACHES = {"all": "All", "team": "Team", "own": "Own", "": _NONE}
_INTRO = """# Permissions

Written by `make docs` from the code that decides. What each permission is called is `resource:verb`; the same name
stands in tokens' scopes, in refusals of the API and in the console.

## How it is decided

Somebody may do something to an object if their role or a share says yes. There is no rule that takes away: the widest
yes counts.

1. **The role** permits it with a reach that includes the object.
   - *All*: every object. What has no owner and no team, such as the organization's settings, takes this.
   - *Team*: objects whose team is one of theirs, and their own. Who leads a team also reaches the objects of the teams
     below it. Managing a team itself takes leading it or one above it.
   - *Own*: objects that they own. Owner and team are marks on the object; only handing it on changes them.
2. **A share** of the object with them, or with a team they belong to, has a level that includes it: viewer, editor or
   manager. It adds what the role lacks, on that one object, until it ends. It says yes only to what is about that kind
   of object.

Before either counts they need an active place in the organization that has not ended; whoever has none is nobody
there, whatever they own. A token may do what is both within its scopes and within what its owner may do at that moment.

Times are compared with the database's clock, and rights are read in the transaction that acts on them: a demotion, an
ended share or a revoked token acts on the very next request.

Nobody gives, takes away or hands on more than they have; people with equal rights may manage each other. Nor does
anybody by a right that ends give what outlives it: who may share an object because it is shared with them for a time
shares it no longer than that and gives it to no other owner or team, a token makes and rotates no token that ends after
it, and who leads a team for a time does not move their own end. Whoever removes a person names the heir of what that
person owns. An organization always keeps an active owner.

What somebody may not see does not exist for them (404). What they see but may not do is refused with the permission
that is missing and the roles that hold it (403).

## Roles

*Reaches* are those that mean something for the permission; a custom role chooses among them. *Share* is the lowest
level of a share that adds it.
"""
_ROUTES = """## The API

What a caller needs at least to get in; the object has the last word. *member* asks for a place in the organization
only.

| method | path | permission | some uses also take |
| --- | --- | --- | --- |
"""
_VIEWS = """## The console

Pages of an organization and what it takes to open them.

| page | path | permission |
| --- | --- | --- |
"""


def text() -> str:
    """Return the whole page, in English."""
    with override("en"):
        return _page()


def _page() -> str:
    rights = [*_INTRO.splitlines(), "", *_matrix(), "## Levels of a share", "", *_levels(), ""]
    routes = [*_ROUTES.splitlines(), *_operations(), "", *_VIEWS.splitlines(), *_pages(), ""]
    return "\n".join([*rights, *routes])


def _matrix() -> Iterator[str]:
    for resource, found in groupby(PERMISSIONS.values(), lambda permission: permission.resource):
        yield f"### {RESOURCES[resource]}"
        yield ""
        yield _row("permission", "", *(str(role.name) for role in ROLES.values()), "reaches", "share")
        yield _row(*["---"] * (len(ROLES) + 4))
        yield from (_permission(permission) for permission in found)
        yield ""


def _permission(permission: Permission) -> str:
    reaches = [_REACHES[role.permissions.get(permission.name, "")] for role in ROLES.values()]
    meant = ", ".join(_REACHES[reach] for reach in permission.reaches)
    return _row(f"`{permission.name}`", str(permission.label), *reaches, meant, permission.level or _NONE)


def _levels() -> Iterator[str]:
    yield _row("level", "adds to the levels before it")
    yield _row("---", "---")
    for level in LEVEL_ORDER:
        added = [f"`{permission.name}`" for permission in PERMISSIONS.values() if permission.level == level]
        yield _row(level, ", ".join(added))


def _operations() -> Iterator[str]:
    for path, methods in sorted(api.document()["paths"].items()):
        for method, found in methods.items():
            more = ", ".join(f"`{name}`" for name in found.get(MORE_PERMISSIONS, []))
            yield _row(method.upper(), f"`{path}`", _needed(found[PERMISSION]), more)


def _pages() -> Iterator[str]:
    for name, route, needs in _views(get_resolver("config.urls")):
        if name.startswith("org:"):
            path = f"/{route}".replace("<", "{").replace(">", "}")
            yield _row(f"`{name.removeprefix('org:')}`", f"`{path}`", _needed(needs))


def _views(found: URLResolver, route: str = "", namespace: str = "") -> Iterator[tuple[str, str, str]]:
    for entry in found.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", here, str(getattr(entry.callback, "needs", ""))
        else:
            yield from _views(entry, here, f"{entry.namespace}:" if entry.namespace else namespace)


def _needed(permission: str) -> str:
    return f"`{permission}`" if permission in PERMISSIONS else permission


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")
