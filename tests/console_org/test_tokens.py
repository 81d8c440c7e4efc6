"""API tokens in the console."""

import re
import shlex
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.catalogue import ROLES
from tenants.access.models import ServiceToken
from tests.console_org.desk import House, errors, queries_of, toasts, words


def make(client: Client, **changed: Any) -> Any:
    return client.post("/tokens/new/", {"name": "Reporting", "days": "30", "scopes": ["campaign:view"]} | changed)


def called(command: str) -> Any:
    """What the printed curl line asks, asked here."""
    program, flag, header, url = shlex.split(command)
    assert (program, flag) == ("curl", "-H")
    name, _colon, value = header.partition(": ")
    found = re.fullmatch(r"http://(localhost):8000(/.*)", url)
    assert found is not None
    return Client(headers={"host": found[1], name: value}).get(found[2])


def rotate(client: Client, token_id: Any, **chosen: Any) -> Any:
    return client.post(f"/tokens/{token_id}/rotate/", {"overlap_hours": "24", "days": ""} | chosen)


def test_the_printed_command_works_as_printed(client: Client) -> None:
    page = make(client)

    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    answer = called(page.context["curl"])
    assert answer.status_code == 200
    assert answer.json()["permissions"] == {"campaign:view": "all"}


def test_the_secret_is_shown_this_once(client: Client) -> None:
    page = make(client)
    secret = page.context["secret"]

    assert secret in words(page)
    assert secret not in words(client.get("/tokens/"))
    assert "Reporting" in words(client.get("/tokens/"))


def test_scopes_are_offered_by_resource_with_labels(client: Client) -> None:
    page = client.get("/tokens/new/")
    groups = {str(group["label"]): group["options"] for group in page.context["form"].groups()}

    assert list(groups)[:2] == ["Campaigns", "Catalog"]
    offered = {option["value"]: option["label"] for option in groups["Campaigns"]}
    assert offered["campaign:view"] == "See campaigns"
    assert '<legend class="field-label">Campaigns</legend>' in words(page)


def test_a_rotated_token_opens_with_both_secrets_until_the_former_ends(client: Client) -> None:
    first = make(client)
    [row] = client.get("/tokens/").context["tokens"]

    second = rotate(client, row["id"])

    assert (second.status_code, second["Cache-Control"]) == (200, "no-store")
    assert [called(page.context["curl"]).status_code for page in (first, second)] == [200, 200]
    [listed] = client.get("/tokens/").context["tokens"]
    assert (listed["id"], listed["state"]) == (row["id"], "active")
    assert listed["former_until"] - listed["rotated_at"] == timedelta(hours=24)

    third = rotate(client, row["id"], overlap_hours="0", days="365")
    assert [called(page.context["curl"]).status_code for page in (first, second, third)] == [401, 401, 200]
    [listed] = client.get("/tokens/").context["tokens"]
    assert listed["former_until"] is None
    assert listed["expires_at"] > timezone.now() + timedelta(days=364)


@pytest.mark.parametrize("chosen", [{"overlap_hours": "200"}, {"overlap_hours": ""}, {"days": "1000"}])
def test_a_wrong_choice_rotates_nothing(client: Client, house: House, chosen: dict[str, str]) -> None:
    make(client)
    [row] = client.get("/tokens/").context["tokens"]
    before = house.all_of(ServiceToken)

    answer = rotate(client, row["id"], **chosen)

    assert (answer.status_code, list(errors(answer))) == (422, list(chosen))
    assert house.all_of(ServiceToken) == before


def test_a_token_that_is_over_is_not_rotated(client: Client, house: House) -> None:
    make(client)
    [row] = client.get("/tokens/").context["tokens"]
    client.post(f"/tokens/{row['id']}/revoke/")
    before = house.all_of(ServiceToken)

    answer = rotate(client, row["id"])

    assert answer.status_code == 409
    assert "This token is over; make a new one." in words(answer)
    assert house.all_of(ServiceToken) == before


def test_nobody_rotates_somebody_elses_token(house: House) -> None:
    make(house.client("analyst"))
    admin = house.client("admin")
    [row] = admin.get("/tokens/").context["tokens"]
    before = house.all_of(ServiceToken)

    answer = rotate(admin, row["id"])

    assert (row["can_rotate"], answer.status_code) == (False, 403)
    assert house.all_of(ServiceToken) == before


def test_a_revoked_token_is_refused_at_once(client: Client, house: House) -> None:
    page = make(client)
    [row] = client.get("/tokens/").context["tokens"]

    answer = client.post(f"/tokens/{row['id']}/revoke/")

    assert toasts(client.get(answer["Location"])) == ["Reporting is revoked."]
    assert called(page.context["curl"]).status_code == 401
    assert [found["state"] for found in client.get("/tokens/").context["tokens"]] == ["revoked"]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["campaign:fly"]}, "scopes"),
        ({"days": "100000"}, "days"),
        ({"days": "x"}, "days"),
    ],
)
def test_bad_input_makes_no_token(client: Client, house: House, changed: dict[str, Any], wrong: str) -> None:
    answer = make(client, **changed)

    assert (answer.status_code, list(errors(answer))) == (422, [wrong])
    assert house.all_of(ServiceToken) == [[]]


def test_nobody_gives_what_they_do_not_have(house: House) -> None:
    client = house.client("analyst")

    offered = {value for value, _label in client.get("/tokens/new/").context["form"].fields["scopes"].choices}
    answer = make(client, scopes=["campaign:view", "campaign:edit"])

    assert {"campaign:view", "catalog:view"} <= offered <= ROLES["analyst"].permissions.keys()
    assert (answer.status_code, list(errors(answer))) == (422, ["scopes"])
    assert house.all_of(ServiceToken) == [[]]


def test_people_manage_their_own_tokens_and_admins_all(house: House) -> None:
    make(house.client("owner"), name="The owner's")
    make(house.client("analyst"), name="The analyst's")
    [mine] = house.client("analyst").get("/tokens/").context["tokens"]
    [theirs] = [row for row in house.client("admin").get("/tokens/").context["tokens"] if row["id"] != mine["id"]]

    assert mine["name"] == "The analyst's"
    assert house.client("analyst").post(f"/tokens/{theirs['id']}/revoke/").status_code == 404
    assert house.client("admin").post(f"/tokens/{mine['id']}/revoke/").status_code == 302


def test_a_long_list_comes_in_pages(client: Client, house: House) -> None:
    make(client)
    with scope(house.tenant, actor=SYSTEM, source="system"):
        records.access_changing(house.organization.pk)
        first = ServiceToken.objects.get()
        ServiceToken.objects.bulk_create(
            ServiceToken(
                name=f"n{number}",
                owner_id=first.owner_id,
                secret_hash=b"x",
                scopes=["campaign:view"],
                expires_at=first.expires_at,
            )
            for number in range(60)
        )

    page = client.get("/tokens/")
    rest = client.get(page.context["page"].next_url)

    assert (len(page.context["tokens"]), len(rest.context["tokens"])) == (50, 11)
    assert (rest.context["page"].previous_url, rest.context["page"].next_url) == ("/tokens/", "")
    assert client.get("/tokens/?cursor=nonsense").status_code == 400


def test_a_list_takes_as_many_queries_for_three_rows_as_for_sixty(client: Client) -> None:
    for number in range(3):
        make(client, name=f"n{number}")
    few = queries_of(client, "/tokens/")
    for number in range(57):
        make(client, name=f"m{number}")

    assert (few, queries_of(client, "/tokens/")) == (2, 2)
