"""Finding one's organization by mail."""

import pytest
from django.core import mail

from kernel.jobs.models import Job
from tenants.commands.people import send_addresses
from tenants.models import Organization
from tests.identity.browser import Browser
from tests.identity.world import BASE, email, house, join, person


def asked_for(address: str) -> int:
    return Job.objects.filter(kind="tenants.send_addresses", payload__email=address).count()


def test_the_answer_is_the_same_for_everybody(organization: Organization) -> None:
    user = person()
    join(organization, user)
    unknown = email()

    answers = [Browser().post(f"{BASE}/find/", {"email": address}) for address in (user.email, unknown)]

    assert [answer.status_code for answer in answers] == [200, 200]
    texts = [
        answer.content.decode().replace(address, "ADDRESS")
        for answer, address in zip(answers, (user.email, unknown), strict=True)
    ]
    assert texts[0] == texts[1]
    assert (asked_for(user.email), asked_for(unknown)) == (1, 1)


def test_members_get_their_addresses(organization: Organization, other_organization: Organization) -> None:
    user = person()
    origins = sorted([house(organization), house(other_organization)])
    join(organization, user)
    join(other_organization, user)

    assert send_addresses(email=user.email.upper()) is True

    assert mail.outbox[-1].to == [user.email]
    assert all(f"{origin}/" in mail.outbox[-1].body for origin in origins)


def test_people_without_an_organization_are_told_so() -> None:
    user = person()

    assert send_addresses(email=user.email) is True
    assert "belongs to no organization" in mail.outbox[-1].body


def test_nobody_else_gets_mail() -> None:
    assert send_addresses(email=email()) is False
    assert send_addresses(email=person(is_active=False).email) is False
    assert mail.outbox == []


@pytest.mark.parametrize("address", ["", "nobody", "a\x00@example.com", "a@example.com\nBcc: b@example.com", "x" * 400])
def test_bad_input_mails_nobody(address: str) -> None:
    before = Job.objects.filter(kind="tenants.send_addresses").count()

    assert Browser().post(f"{BASE}/find/", {"email": address}).status_code == 422
    assert Job.objects.filter(kind="tenants.send_addresses").count() == before


def test_it_is_limited_per_account_and_per_address() -> None:
    address, browser = email(), Browser()

    per_account = [Browser().post(f"{BASE}/find/", {"email": address.upper()}).status_code for _ in range(4)]
    per_address = [browser.post(f"{BASE}/find/", {"email": email()}).status_code for _ in range(11)]

    assert per_account == [200] * 3 + [429]
    assert per_address == [200] * 10 + [429]
