"""How a person is shown, and how they want to see the product."""

from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid
from kernel.jobs import enqueue
from kernel.recorder.events import event
from kernel.tenancy.context import SYSTEM, Actor
from tenants import pictures, records
from tenants.commands.account.own import own_account
from tenants.commands.checks import name_errors
from tenants.models import DirectoryEntry, User

TIDY = "tenants.tidy_pictures"


def change_profile(*, actor: Actor, name: str, time_zone: str, language: str, theme: str) -> User:
    """Set the person's name, clock (empty: the organization's), language and theme.

    The name an organization knows a person by is the organization's own and stays.
    """
    wanted = {"name": name.strip(), "time_zone": time_zone, "language": language, "theme": theme}
    errors = name_errors(wanted["name"], required=True) + _choice_errors(time_zone, language, theme)
    if errors:
        raise Invalid(_("The profile can't be like this."), errors=errors)
    user = own_account(actor, lock=True)
    changed = [field for field, value in wanted.items() if getattr(user, field) != value]
    if changed:
        records.account_changing(user.pk)
        for field in changed:
            setattr(user, field, wanted[field])
        user.save(update_fields=changed)
        event("person.changed_profile", user)
    return user


def set_picture(*, actor: Actor, picture: pictures.Encoded) -> User:
    """Show the person by this picture, on every host; the former one is removed once this is committed."""
    user = own_account(actor, lock=True)
    # The row is locked, so tidying does not take the file for an abandoned one.
    key = pictures.store(user.pk, picture)
    if key != user.picture:
        _show(user, key)
        event("person.set_picture", user)
    return user


def remove_picture(*, actor: Actor) -> User:
    """Show the person by their initials again. Removing twice changes nothing."""
    user = own_account(actor, lock=True)
    if user.picture:
        _show(user, "")
        event("person.removed_picture", user)
    return user


def mirror_picture(*, actor: Actor, user: User) -> None:
    """Let an organization that the person has just joined know their picture."""
    DirectoryEntry.objects.filter(user_id=user.pk).exclude(picture=user.picture).update(picture=user.picture)


def tidy_pictures(*, actor: Actor, user_id: UUID) -> int:
    """Remove what the person's folder holds besides their present picture; return how much that was."""
    user = User.objects.select_for_update().filter(pk=user_id).first()
    return pictures.tidy(user_id, user.picture if user else "")


def _show(user: User, key: str) -> None:
    records.account_changing(user.pk)
    user.picture = key
    user.save(update_fields=["picture"])
    DirectoryEntry.objects.filter(user_id=user.pk).update(picture=key)
    enqueue(TIDY, {"user_id": user.pk}, actor=SYSTEM)


def _choice_errors(time_zone: str, language: str, theme: str) -> list[FieldError]:
    errors = []
    if time_zone and time_zone not in available_timezones():
        errors.append(FieldError("time_zone", "time_zone_unknown", _("Choose a time zone from the list.")))
    if language not in dict(settings.LANGUAGES):
        errors.append(FieldError("language", "language_unknown", _("Choose one of the languages.")))
    if theme not in User.Theme.values:
        errors.append(FieldError("theme", "theme_unknown", _("Choose one of the themes.")))
    return errors
