"""The people who run the platform."""

import io
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from kernel.errors import Conflict, Invalid, NotFound
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.commands.operators import add_operator, remove_operator
from tenants.models import Operator, User
from tests.identity.world import PASSWORD, email, operator, person


def run(*arguments: str, stdin: str = "") -> str:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(stdin))
        call_command("operator", *arguments, stdout=out)
    return out.getvalue()


def test_add_makes_an_account_that_can_sign_in() -> None:
    address = email()

    said = run("add", address, "--name", "Olga", "--password-stdin", stdin=f"{PASSWORD}\n")

    user = User.objects.get(email=address)
    assert said == f"{address} is an operator.\n"
    assert (user.name, user.check_password(PASSWORD), records.operator(user.pk) is not None) == ("Olga", True, True)
    assert f"{address}\tOlga\t" in run("list")


def test_adding_twice_changes_nothing() -> None:
    user = operator()

    run("add", user.email.upper(), "--name", "Other", "--password-stdin", stdin="something-else-long\n")

    assert Operator.objects.filter(user=user).count() == 1
    again = User.objects.get(pk=user.pk)
    assert (again.name, again.password) == (user.name, user.password)


def test_an_account_that_is_there_gets_no_rights_by_its_address_alone() -> None:
    user = person()

    with pytest.raises(CommandError, match="has an account already"):
        run("add", user.email, "--password-stdin", stdin=f"{PASSWORD}\n")
    with pytest.raises(Conflict) as caught, public_scope(actor=SYSTEM, source="system"):
        add_operator(actor=SYSTEM, email=user.email.upper(), name="Olga", password=PASSWORD)

    assert caught.value.code == "account_exists"
    assert not Operator.objects.filter(user=user).exists()


def test_whoever_is_to_have_an_account_must_have_one() -> None:
    before = User.objects.count()

    with pytest.raises(CommandError, match="has no account"):
        run("add", email(), "--existing")

    assert User.objects.count() == before


def test_a_switched_off_account_and_a_holder_never_become_operators() -> None:
    holder = User(email=f"holder@{email()[:12]}.invalid")
    holder.set_unusable_password()
    with public_scope(actor=SYSTEM, source="system"):
        holder.save()

    for address in (person(is_active=False).email, holder.email):
        with pytest.raises(CommandError, match="switched off"):
            run("add", address, "--existing")

    assert not Operator.objects.filter(user__email=holder.email).exists()


def test_somebody_with_an_account_keeps_their_password() -> None:
    user = person()

    run("add", user.email, "--existing")

    assert Operator.objects.filter(user=user).exists()
    assert User.objects.get(pk=user.pk).password == user.password


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("ok@example.org", "short"),
        ("ok@example.org", ""),
        ("ok@example.org", f"{PASSWORD}\udcff"),
        ("ok\udcff@example.org", PASSWORD),
        ("ok@exa\udcffmple.org", PASSWORD),
        ("ok@example.invalid", PASSWORD),
    ],
)
def test_bad_input_adds_nobody(address: str, password: str) -> None:
    before = (User.objects.count(), Operator.objects.count())

    with pytest.raises(CommandError):
        run("add", address, "--password-stdin", stdin=f"{password}\n")
    with pytest.raises(Invalid), public_scope(actor=SYSTEM, source="system"):
        add_operator(actor=SYSTEM, email=address, password=password)

    assert (User.objects.count(), Operator.objects.count()) == before


def test_a_new_account_needs_a_password() -> None:
    with pytest.raises(CommandError, match="password"):
        run("add", email())


def test_it_is_recorded() -> None:
    user = operator()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT content_type_id, source FROM audit_platform_platformentry WHERE object_pk = %s ORDER BY 1",
            [str(user.pk)],
        )
        assert cursor.fetchall() == [(8, "system"), (9, "system")]


def test_removing_takes_the_rights_at_once_and_leaves_the_account() -> None:
    operator()
    user = operator()
    assert records.operator(user.pk) is not None

    said = run("remove", user.email)

    assert said == f"{user.email} is no operator any more.\n"
    assert records.operator(user.pk) is None
    assert User.objects.get(pk=user.pk).is_active


def test_strangers_can_not_be_removed() -> None:
    for address in (email(), person().email):
        with pytest.raises(CommandError, match="is no operator"):
            run("remove", address)
        with pytest.raises(NotFound), public_scope(actor=SYSTEM, source="system"):
            remove_operator(actor=SYSTEM, email=address)


def test_the_last_one_stays_also_when_two_remove_each_other() -> None:
    one, two = operator(), operator()
    with public_scope(actor=SYSTEM, source="system"):
        Operator.objects.exclude(user__in=(one, two)).delete()
    results = []

    def remove(address: str) -> None:
        try:
            with public_scope(actor=SYSTEM, source="system"):
                remove_operator(actor=SYSTEM, email=address)
            results.append("removed")
        except Conflict as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=remove, args=(user.email,)) for user in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["last_operator", "removed"]
    assert Operator.objects.count() == 1
