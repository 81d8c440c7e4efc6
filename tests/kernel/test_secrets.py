"""Secrets that must be readable again: encrypted with keys from the environment."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from config.settings import env
from kernel import secrets

OLD, NEW = "an-older-key-of-sufficient-length-for-this", "a-newer-key-of-sufficient-length-for-this"


def test_what_is_encrypted_is_read_again_and_never_looks_the_same() -> None:
    first, second = secrets.encrypt("ä secret"), secrets.encrypt("ä secret")

    assert first != second
    assert "secret" not in first
    assert (secrets.decrypt(first), secrets.decrypt(second)) == ("ä secret", "ä secret")


def test_a_new_key_reads_what_the_former_one_wrote(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    written = secrets.encrypt("secret")

    settings.ENCRYPTION_KEYS = [NEW, OLD]
    renewed = secrets.renew(written)
    assert secrets.decrypt(written) == "secret"

    settings.ENCRYPTION_KEYS = [NEW]
    assert secrets.decrypt(renewed) == "secret"
    for act in (secrets.decrypt, secrets.renew):
        with pytest.raises(secrets.Unreadable):
            act(written)


@pytest.mark.parametrize("damage", ["", "x", "gAAAAA", "ü"])
def test_what_is_damaged_is_not_read(damage: str) -> None:
    with pytest.raises(secrets.Unreadable):
        secrets.decrypt(damage)


def test_keys_are_read_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", f"{NEW}, {OLD},")

    assert env.read_keys("ENCRYPTION_KEYS") == [NEW, OLD]


@pytest.mark.parametrize("text", ["short", f"{OLD},short", ","])
def test_a_short_key_is_named_at_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", text)

    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS"):
        env.read_keys("ENCRYPTION_KEYS")


def test_missing_keys_are_named_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENCRYPTION_KEYS", raising=False)

    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS"):
        env.read_keys("ENCRYPTION_KEYS")
