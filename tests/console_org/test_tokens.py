"""API tokens in the console."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tenants.access.models import ServiceToken
from tenants.access.tokens import API_SCOPES
from tests.console_org.desk import House, errors, queries_of, toasts, words

ROOT = Path(__file__).parents[2]


def make(client: Client, **changed: Any) -> Any:
    return client.post("/tokens/", {"name": "Reporting", "days": "30", "scopes": ["campaign:view"]} | changed)


def called(command: str) -> Any:
    """What the printed curl line asks, asked here."""
    program, flag, header, url = shlex.split(command)
    assert (program, flag) == ("curl", "-H")
    name, _colon, value = header.partition(": ")
    found = re.fullmatch(r"http://(localhost):8000(/.*)", url)
    assert found is not None
    return Client(headers={"host": found[1], name: value}).get(found[2])


def test_the_printed_command_works_as_printed(client: Client) -> None:
    page = make(client)

    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    answer = called(page.context["created"]["curl"])
    assert answer.status_code == 200
    assert answer.json()["permissions"] == {"campaign:view": "all"} or "campaign:view" in str(answer.json())


def test_the_secret_is_shown_this_once(client: Client) -> None:
    page = make(client)
    secret = page.context["created"]["secret"]

    assert secret in words(page)
    assert secret not in words(client.get("/tokens/"))
    assert "Reporting" in words(client.get("/tokens/"))


def test_a_revoked_token_is_refused_at_once(client: Client, house: House) -> None:
    page = make(client)
    [row] = page.context["tokens"]

    answer = client.post(f"/tokens/{row['id']}/revoke/")

    assert toasts(client.get(answer["Location"])) == ["Reporting is revoked."]
    assert called(page.context["created"]["curl"]).status_code == 401
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

    offered = [value for value, _label in client.get("/tokens/").context["form"].fields["scopes"].choices]
    answer = make(client, scopes=["campaign:view", "campaign:edit"])

    assert offered == ["campaign:view", "catalog:view"]
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


def test_the_scopes_on_offer_are_those_that_the_api_asks_for() -> None:
    files = [path for app in ("campaigns", "catalog", "audit") for path in (ROOT / app).glob("*.py")]
    asked = {name for path in files for name in re.findall(r'"([a-z]+:[a-z_]+)"', path.read_text())}

    assert asked == set(API_SCOPES)


def test_a_list_takes_as_many_queries_for_three_rows_as_for_sixty(client: Client) -> None:
    for number in range(3):
        make(client, name=f"n{number}")
    few = queries_of(client, "/tokens/")
    for number in range(57):
        make(client, name=f"m{number}")

    assert (few, queries_of(client, "/tokens/")) == (1, 1)
