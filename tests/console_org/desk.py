"""An organization at work: one person per role, each with a signed-in browser, and objects to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.commands import create_campaign
from campaigns.legacy.models import ImportBatch
from campaigns.models import Campaign
from catalog.commands import create_product
from catalog.models import Asset, AssetVersion, Product
from kernel.jobs import inline
from kernel.storage import tenant_folder
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.catalogue import ROLES
from tenants.access.members import add_member
from tenants.access.models import Membership, Role, ServiceToken, Team, TeamMembership
from tenants.models import Domain, Invitation, Organization, User
from tests.console_ops import desk
from tests.identity.world import people


@dataclass(slots=True)
class House:
    """One organization with its people, by role."""

    organization: Organization
    users: dict[str, User] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The organization's host, as browsers name it."""
        return f"{self.organization.slug}.localhost"

    def client(self, role: str = "owner", *, htmx: bool = False) -> Client:
        """A browser in which the person with this role is signed in."""
        client = desk.signed_in(self.users[role], host=self.host)
        if htmx:
            client.defaults["HTTP_HX_REQUEST"] = "true"
        return client

    def campaign(self, role: str = "owner", **values: Any) -> Campaign:
        """A campaign of the person with this role."""
        with scope(self.tenant, actor=self.actors[role], source="console"):
            return create_campaign(actor=self.actors[role], values={"name": "Spring launch"} | values)

    def product(self, role: str = "owner", **values: Any) -> Product:
        """A product of the person with this role."""
        with scope(self.tenant, actor=self.actors[role], source="console"):
            return create_product(actor=self.actors[role], values={"name": "Oat drink"} | values)

    def asset(self, role: str = "owner", **values: Any) -> Asset:
        """A text of the person with this role, with two versions and no file."""
        owner = self.actors[role].user_id
        with scope(self.tenant, actor=self.actors[role], source="console"):
            made = Asset.objects.create(**{"name": "Terms", "kind": "text", "owner_id": owner, **values})
            facts = {"mime": "text/plain", "file_name": "terms.txt", "size": 10, "stored_bytes": 10}
            for n in (2, 1):
                digest = f"{n}" * 64
                key = f"{tenant_folder(self.organization)}/assets/{digest[:2]}/{digest}"
                version = AssetVersion.objects.create(
                    asset=made, n=n, sha256=digest, source_sha256=digest, storage_key=key, **facts
                )
            Asset.objects.filter(pk=made.pk).update(current=version)
            return Asset.objects.get(pk=made.pk)

    def add(self, user: User, role: str) -> Membership:
        """Let somebody in."""
        with scope(self.tenant, actor=SYSTEM, source="system"):
            return add_member(actor=SYSTEM, user=user, role_slug=role)

    @property
    def tenant(self) -> records.Tenant:
        """The organization as requests know it."""
        found = records.tenant_by_id(self.organization.pk)
        assert found is not None
        return found

    def all_of(self, *models: Any) -> list[Any]:
        """Every row of some tables, to prove that a refused call changed nothing."""
        with scope(self.tenant, actor=SYSTEM, source="system"):
            return [list(model.objects.order_by("pk").values_list()) for model in models]

    def everything(self) -> list[Any]:
        """Whatever the console can change."""
        rows = self.all_of(
            Campaign, Product, Asset, AssetVersion, ImportBatch, Membership, ServiceToken, Role, Team, TeamMembership
        )
        return [*rows, list(Invitation.objects.filter(organization=self.organization).order_by("pk").values_list())]


def open_house(organization: Organization, roles: tuple[str, ...] = tuple(ROLES)) -> House:
    """Give the organization its address, and a person for each role."""
    with public_scope(actor=SYSTEM, source="system"):
        records.hosts_changing()
        records.organization_changing(organization.pk)
        Domain.objects.get_or_create(
            domain=f"{organization.slug}.localhost", defaults={"tenant": organization, "is_primary": True}
        )
        organization.time_zone = "Europe/Berlin"
        organization.save(update_fields=["time_zone"])
    house = House(organization)
    house.users = dict(zip(roles, people(*(f"Rae {role.title()}" for role in roles)), strict=True))
    with scope(house.tenant, actor=SYSTEM, source="system"):
        for role, user in house.users.items():
            add_member(actor=SYSTEM, user=user, role_slug=role)
            house.actors[role] = Actor(kind="person", user_id=user.pk, name=user.name, email=user.email, role=role)
    return house


def run_jobs() -> None:
    """Carry out whatever waits, as a worker would."""
    while inline.run_waiting():
        pass


def queries_of(client: Client, address: str) -> int:
    """How many statements a page takes once sessions and records are cached, without BEGIN and COMMIT.

    The least of three: where Redis answers late, records are read from the database, which is another test's topic.
    """
    assert client.get(address).status_code == 200
    return min(_statements(client, address) for _try in range(3))


def _statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    statements = [query["sql"] for query in captured]
    return len([sql for sql in statements if not sql.startswith(("BEGIN", "COMMIT"))])


def words(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


def errors(answer: Any) -> Mapping[str, list[str]]:
    """What the form says is wrong, by field."""
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def toasts(answer: Any) -> list[str]:
    """What the page reports."""
    return [str(message) for message in answer.context["messages"]]
