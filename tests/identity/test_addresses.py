"""E-mail addresses are ASCII: Python and PostgreSQL make the same small letters of them."""

import pytest
from django.core import mail

from kernel.jobs.models import Job
from tenants.commands.checks import person_errors
from tests.identity import post
from tests.identity.browser import Browser
from tests.identity.world import BASE, PASSWORD, person, signed_in

ODD = ["\u0130", "\u0131", "\u212a", "\u017f"]


@pytest.fixture(autouse=True)
def nothing_waits(committed: None) -> None:
    post.forget()


@pytest.mark.parametrize("letter", ODD)
def test_an_address_with_other_letters_is_none(letter: str) -> None:
    assert [error.code for error in person_errors(f"{letter}da@example.com", "")] == ["email_letters"]
    assert [error.code for error in person_errors(f"ada@ex{letter}mple.com", "")] == ["email_letters"]


@pytest.mark.parametrize("letter", ODD)
def test_public_forms_refuse_it_before_they_look_or_count(letter: str) -> None:
    odd = f"{letter}{person().email}"

    answers = [
        Browser().post(f"{BASE}/sign-in/", {"login": odd, "password": PASSWORD}),
        Browser().post(f"{BASE}/password/", {"email": odd}),
        Browser().post(f"{BASE}/find/", {"email": odd}),
        signed_in(person()).post(f"{BASE}/account/email/", {"email": odd, "password": PASSWORD}),
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert all(b"Use the letters a to z" in answer.content for answer in answers)
    assert not Job.objects.exists()
    assert mail.outbox == []
