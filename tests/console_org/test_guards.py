"""Who gets in: every view of every host has a guard, and each role meets the answer that its rights call for."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from campaigns.commands import create_creative
from campaigns.legacy.models import ImportBatch
from catalog.catalogs.default import default_catalog
from catalog.models import ProductFile
from console.guards import ACCOUNT, ANYBODY, OPERATOR
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants.access.catalogue import PERMISSIONS, ROLES
from tenants.access.models import Membership, Role
from tenants.access.resolver import MEMBER, can, may_some
from tenants.access.teams import create_team
from tenants.commands.lifecycle import resume, suspend
from tests.console_ops import desk as ops_desk
from tests.console_org.desk import House, open_house, words

URLCONF = "config.urls"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self' http://localhost:* http://*.localhost:*; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Addresses whose views are not pages of a console, and who decides there instead.
UNGUARDED = {
    "api/v1/": "each operation asks for its own permission; tests/api walks over them",
    "files/": "the address is signed and says what it opens; tests/assets tries others",
}


def walk(found: URLResolver, route: str = "", namespace: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Yield (address pattern, name with its namespace, pattern) of every view below `found`."""
    for entry in found.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield here, f"{namespace}{entry.name}", entry
        else:
            yield from walk(entry, here, f"{entry.namespace}:" if entry.namespace else namespace)


def is_explained(route: str) -> bool:
    return any(route == start or (start.endswith("/") and route.startswith(start)) for start in UNGUARDED)


PAGES = [(name, entry) for _route, name, entry in walk(get_resolver(URLCONF)) if name.startswith("org:")]
NAMES = [name for name, _entry in PAGES]
NEEDS = {name: str(getattr(entry.callback, "needs", "")) for name, entry in PAGES}
every_page = pytest.mark.parametrize("name", NAMES)

# What kind of thing a page with an id is about, and what it takes to be told that there is one.
KINDS = {
    "campaign_id": "campaign:view",
    "creative_id": "campaign:view",
    "product_id": "catalog:view",
    "catalog_id": "catalog:define",
    "file_id": "catalog:view",
    "asset_id": "asset:view",
    "batch_id": "import:run",
    "membership_id": "member:view",
    "invitation_id": "member:invite",
    "token_id": "token:create",
    "role_id": "member:view",
    "team_id": "member:view",
    "user_id": "team:manage",
}
POSTED = {
    "products-undo", "products-export", "product-status", "product-file-map", "product-file-run", "catalog-move",
    "label", "label-archive",
    "campaigns-bulk", "campaigns-bulk-apply", "campaigns-undo", "views-save", "view", "campaign-move",
    "campaign-edit", "campaign-status", "campaign-copy", "campaign-go-back", "creative-switch", "creative-draw",
    "campaign-trash", "campaign-restore", "product-trash", "product-restore", "import-check", "import-apply",
    "import-media",
    "asset-current", "asset-trash", "asset-restore", "asset-hand-on",
    "member-role", "member-end", "member-suspend", "member-reactivate", "invitation-resend", "invitation-revoke",
    "token-revoke", "token-rotate", "security-policy", "settings-organization", "campaign-hand-on", "product-hand-on",
    "grant-revoke", "grant-change", "grants-revoke", "roles-impact", "role-rename", "role-delete",
    "team-edit", "team-move", "team-transfer", "team-delete", "team-add", "team-change", "team-remove",
}  # fmt: skip


@pytest.mark.parametrize("urlconf", ["config.urls", "config.urls_ops", "config.urls_public"])
def test_every_view_has_a_guard_or_a_reason(urlconf: str) -> None:
    known = {ACCOUNT, ANYBODY, MEMBER, OPERATOR, *PERMISSIONS}

    unguarded = [
        route
        for route, _name, entry in walk(get_resolver(urlconf))
        if getattr(entry.callback, "needs", None) not in known and not is_explained(route)
    ]

    assert unguarded == []


def test_every_page_of_an_organization_is_for_its_members() -> None:
    assert len(PAGES) == 109
    assert {need for need in NEEDS.values() if need not in PERMISSIONS} == {MEMBER}
    assert [name for name, need in NEEDS.items() if need == MEMBER] == [
        "org:home", "org:labels", "org:label", "org:label-archive", "org:grants", "org:grants-revoke",
        "org:grant-revoke", "org:grant-change", "org:explain", "org:preferences",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[House, House, dict[str, Any]]]:
    """Two organizations and one object of each kind in the first; its tests only look."""
    from tests.tenants import make_organization, remove_organization

    with django_db_blocker.unblock():
        rows = make_organization(), make_organization()
        house, other = open_house(rows[0]), open_house(rows[1], roles=("owner",))
        with scope(house.tenant, actor=SYSTEM, source="system"):
            batch = ImportBatch.objects.create(
                source="s", file_name="a.json", size=1, sha256="0" * 64, state="ready", counts={"totals": {}}
            )
            catalog = default_catalog()
            file = ProductFile.objects.create(
                direction="import", catalog=catalog, format="csv", file_name="a.csv", state="ready",
                created_by_id=house.actors["owner"].user_id,
            )  # fmt: skip
            role = Role.objects.get(slug="viewer")
            team = create_team(actor=SYSTEM, name="Growth")
            member = Membership.objects.select_related("role").get(role__slug="viewer")
        campaign = house.campaign()
        with scope(house.tenant, actor=house.actors["owner"], source="console"):
            creative = create_creative(
                actor=house.actors["owner"], campaign_id=campaign.pk, values={"name": "Square", "placement": "square"}
            )
        objects = {
            "membership_id": member,
            "campaign_id": campaign,
            "creative_id": creative,
            "product_id": house.product(),
            "catalog_id": catalog,
            "file_id": file,
            "asset_id": house.asset(),
            "batch_id": batch,
            "role_id": role,
            "team_id": team,
        }
        yield house, other, objects
        for row in rows:
            remove_organization(row)


def address_of(name: str, objects: dict[str, Any]) -> str:
    [entry] = [entry for found, entry in PAGES if found == name]
    arguments = {key: objects[key].pk if key in objects else uuid4() for key in entry.pattern.converters}
    return reverse(name, URLCONF, kwargs=arguments)


def expected(name: str, actor: Actor, objects: dict[str, Any]) -> int:
    """What a GET answers to a role, by the rules and not by the views."""
    needs = NEEDS[name]
    if needs != MEMBER and not may_some(actor, needs):
        return 403
    if name.removeprefix("org:") in POSTED:
        return 405
    [entry] = [entry for found, entry in PAGES if found == name]
    for key in entry.pattern.converters:
        about = objects["campaign_id"] if key == "creative_id" else objects[key]
        if not can(actor, KINDS[key], about):
            return 404
        if not can(actor, needs, about):
            return 403
    return 200


@every_page
@pytest.mark.parametrize("role", ROLES)
def test_each_role_meets_the_answer_its_rights_call_for(shared: Any, role: str, name: str) -> None:
    house, _other, objects = shared

    answer = house.client(role).get(address_of(name, objects))

    with scope(house.tenant, actor=house.actors[role], source="console"):
        assert answer.status_code == expected(name, house.actors[role], objects)
    assert answer["Content-Security-Policy"] == POLICY
    if answer.status_code == 403:
        assert f"<code>{NEEDS[name]}</code>" in words(answer)
        assert "Owner" in words(answer)


@every_page
def test_who_is_not_signed_in_is_sent_to_sign_in(shared: Any, name: str) -> None:
    house, _other, objects = shared
    address, stranger = address_of(name, objects), Client(headers={"host": house.host})

    answers = [stranger.get(address), stranger.post(address)]
    part = stranger.get(address, headers={"hx-request": "true"})

    assert [(answer.status_code, answer["Location"].partition("?")[0]) for answer in answers] == [
        (302, "/sign-in/")
    ] * 2
    assert part.status_code == 401


@every_page
def test_people_of_another_organization_are_strangers(shared: Any, name: str) -> None:
    house, other, objects = shared
    address = address_of(name, objects)
    with_own_session = ops_desk.signed_in(other.users["owner"], host=house.host)
    with_other_session = other.client()

    answers = [
        with_own_session.get(address),
        with_own_session.post(address),
        with_other_session.get(address, headers={"host": house.host}),
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302]


@pytest.mark.parametrize("name", [name for name, entry in PAGES if entry.pattern.converters])
def test_objects_of_another_organization_do_not_exist(shared: Any, name: str) -> None:
    house, other, objects = shared
    address, owner = address_of(name, objects), other.client()
    before = house.everything()

    looked = owner.get(address)
    sent = owner.post(address, {"version": 1, "row_version": 1, "name": "Taken over"})

    assert looked.status_code in (404, 405)
    assert sent.status_code in (404, 405)
    assert (looked.status_code, sent.status_code) != (405, 405)
    assert house.everything() == before


@every_page
def test_a_form_without_its_token_is_refused(shared: Any, name: str) -> None:
    house, _other, objects = shared
    client = house.client()
    client.handler.enforce_csrf_checks = True
    before = house.everything()

    assert client.post(address_of(name, objects), {"version": 1}).status_code in (403, 405)
    assert house.everything() == before


@pytest.mark.parametrize(
    "address", ["/nothing/", "/campaigns/not-an-id/", "/campaigns/0195f0a0-0000-7000-8000-000000000000/"]
)
def test_what_is_not_there_is_said_to_be_not_found(shared: Any, address: str) -> None:
    assert shared[0].client().get(address).status_code == 404


def test_a_suspended_organization_tells_everybody_so(house: House) -> None:
    client, stranger = house.client(), Client(headers={"host": house.host})
    operator = ops_desk.actor_for(ops_desk.make_operator())
    with public_scope(actor=operator, source="operator"):
        suspend(actor=operator, organization_id=house.organization.pk, reason="Unpaid")

    for answer in (client.get("/"), client.post("/campaigns/new/", {"name": "n"}), stranger.get("/people/")):
        assert answer.status_code == 403
        assert "This organization is suspended" in words(answer)
        assert "Unpaid" not in words(answer)
        assert 'href="http://localhost:8000/?stay=1"' in words(answer)
        assert answer["Content-Security-Policy"] == POLICY

    with public_scope(actor=operator, source="operator"):
        resume(actor=operator, organization_id=house.organization.pk)
    assert client.get("/").status_code == 200


def test_the_way_around_marks_one_entry_and_shows_what_may_be_opened(shared: Any) -> None:
    house, _other, objects = shared

    def entries(role: str, address: str) -> dict[str, bool]:
        groups = house.client(role).get(address).context["nav"]
        return {str(item["label"]): item["current"] for group in groups for item in group["items"]}

    assert [label for label, current in entries("owner", "/").items() if current] == ["Home"]
    assert [label for label, current in entries("owner", "/people/").items() if current] == ["People"]
    campaign = address_of("org:campaign", objects)
    assert [label for label, current in entries("owner", campaign).items() if current] == ["Campaigns"]
    assert list(entries("owner", "/")) == [
        "Home", "Campaigns", "Catalog", "Labels", "Assets", "People", "Teams", "Roles & access", "Audit", "Imports",
        "API tokens", "Organization", "Sign-in policy",
    ]  # fmt: skip
    assert list(entries("marketer", "/")) == [
        "Home",
        "Campaigns",
        "Catalog",
        "Labels",
        "Assets",
        "People",
        "Teams",
        "Roles & access",
        "Audit",
        "API tokens",
    ]
    assert list(entries("viewer", "/")) == ["Home", "Campaigns", "Catalog", "Labels", "Assets"]
