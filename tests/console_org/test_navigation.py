"""The way around: which entry is marked as the one that the page stands under."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from console.navigation import operator_groups
from tests.console_org.desk import House


def marked(groups: list[dict[str, Any]]) -> list[str]:
    return [str(entry["label"]) for group in groups for entry in group["items"] if entry["current"]]


def test_one_entry_is_marked_and_none_on_a_page_without_one(client: Client, house: House) -> None:
    made = house.campaign()
    expected = {
        "/": ["Home"],
        "/campaigns/": ["Campaigns"],
        f"/campaigns/{made.pk}/": ["Campaigns"],
        "/settings/": ["Organization"],
        "/settings/security/": ["Sign-in policy"],
        "/preferences/": [],
    }

    assert {address: marked(client.get(address).context["nav"]) for address in expected} == expected


@pytest.mark.urls("config.urls_ops")
def test_the_pages_of_a_tenant_stand_under_the_tenants(rf: RequestFactory) -> None:
    expected = {"/": ["Tenants"], "/tenants/northwind/": ["Tenants"], "/jobs/": ["Jobs"], "/me/": []}

    assert {address: marked(operator_groups(rf.get(address))) for address in expected} == expected
