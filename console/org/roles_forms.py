"""The forms about roles: a new one, its words, and its end."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms import choose
from console.org.forms import VersionForm
from kernel.tenancy.context import Actor
from tenants.access.models import Role
from tenants.access.role_queries import role_list


class RoleWordsForm(VersionForm):
    """What a role is called."""

    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("Description"), required=False, max_length=300)


class RoleForm(forms.Form):
    """A new role, made from another one."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(label=_("Description"), required=False, max_length=300)
    source = forms.ChoiceField(
        label=_("Start from"), help_text=_("What you may not do yourself is left out of the new role.")
    )

    def __init__(self, data: Any = None, *, roles: list[Role], **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "source", [(str(role.pk), role.name) for role in roles])


class RoleEndForm(VersionForm):
    """Which role people get instead of one that is deleted."""

    replacement = forms.ChoiceField(label=_("People get"), required=False)

    def __init__(self, data: Any = None, *, roles: list[Role], **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "replacement", [("", _("Choose a role")), *((str(role.pk), role.name) for role in roles)])


def role_form(actor: Actor, data: Any = None, source: Role | None = None) -> RoleForm:
    """Return the form of a new role; it starts from `source`, else from the marketers' role."""
    roles = role_list(actor=actor)
    start = source.pk if source else next((role.pk for role in roles if role.slug == "marketer"), "")
    return RoleForm(data, roles=roles, initial={"source": str(start)}, auto_id="role_%s")
