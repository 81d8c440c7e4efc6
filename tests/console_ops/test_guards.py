"""Who gets in: operators, on their host, and nobody else; each page under the strict policy."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, reverse

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.commands.operators import remove_operator
from tenants.models import Organization, User
from tests.console_ops import desk
from tests.identity.world import join, person

URLCONF = "config.urls_ops"
NOBODY = UUID(int=7)
ARGUMENTS = {
    "slug": "nobody",
    "job_id": NOBODY,
    "message_id": "20261122-1.0",
    "app_label": "tenants",
    "object_id": str(NOBODY),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self' http://localhost:* http://*.localhost:*; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def patterns(found: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in found.url_patterns:
        if isinstance(entry, URLPattern):
            yield prefix, entry
        else:
            namespace = {"ops": "ops:", "admin": "studio:", "signin": "signin:"}.get(str(entry.app_name), prefix)
            yield from patterns(entry, namespace)


PATTERNS = [
    (f"{prefix}{entry.name}", entry)
    for prefix, entry in patterns(get_resolver(URLCONF))
    if prefix in ("ops:", "studio:")
]
ADDRESSES = [
    reverse(name, URLCONF, kwargs={key: ARGUMENTS[key] for key in entry.pattern.converters}) for name, entry in PATTERNS
]


def test_every_page_of_the_console_and_of_studio_is_for_operators() -> None:
    assert len(PATTERNS) == 20 + 3 + 2 * 11
    assert {name: getattr(entry.callback, "needs", None) for name, entry in PATTERNS} == {
        name: "operator" for name, _entry in PATTERNS
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_not_signed_in_is_sent_to_sign_in(address: str) -> None:
    client = Client(headers={"host": desk.HOST_NAME})

    answered = [client.get(address), client.post(address)]

    assert [(answer.status_code, answer["Location"].partition("?")[0]) for answer in answered] == [
        (302, "/sign-in/")
    ] * 2


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(address: str) -> None:
    answer = Client(headers={"host": desk.HOST_NAME, "hx-request": "true"}).get(address)

    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("address", ADDRESSES)
def test_somebody_who_is_no_operator_gets_nothing(address: str, organization: Organization) -> None:
    owner = person()
    join(organization, owner, "owner")

    answer = desk.signed_in(owner).get(address)

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/")


def test_an_operator_who_was_removed_is_out_with_the_next_click(client: Client, operator: User) -> None:
    desk.make_operator("Another Operator")
    assert client.get("/").status_code == 200

    with public_scope(actor=SYSTEM, source="system"):
        remove_operator(actor=SYSTEM, email=operator.email)

    assert client.get("/").status_code == 302


def test_a_session_of_another_host_is_worth_nothing_here(operator: User) -> None:
    client = desk.signed_in(operator, host="elsewhere.localhost")

    assert client.get("/", headers={"host": desk.HOST_NAME}).status_code == 302


@pytest.mark.parametrize("address", [address for address in ADDRESSES if address != "/"])
def test_the_pages_are_not_on_the_sign_in_host(address: str) -> None:
    with pytest.raises(Resolver404):
        get_resolver("config.urls_public").resolve(address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_strict_policy(client: Client, address: str) -> None:
    assert client.get(address)["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ops:onboarding-retry", ["nobody"]),
        ("ops:onboarding-roll-back", ["nobody"]),
        ("ops:job-retry", [NOBODY]),
        ("ops:job-cancel", [NOBODY]),
    ],
)
def test_what_changes_something_is_not_a_link(client: Client, name: str, arguments: list[object]) -> None:
    address = reverse(name, URLCONF, args=arguments)

    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 404


def test_a_form_without_its_token_is_refused(operator: User) -> None:
    client = desk.signed_in(operator)
    client.handler.enforce_csrf_checks = True
    before = Organization.objects.count()

    assert client.post("/tenants/new/", desk.filled_in()).status_code == 403
    assert Organization.objects.count() == before
