"""The forms of a person's own account; what is right about a value the commands decide."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console.forms import choose, time_zones
from console.public.forms import validate_plain_letters
from tenants.models import User


class ProfileForm(forms.Form):
    """How a person is shown and how they see the product."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Times in every organization are told on this clock.")
    )
    language = forms.ChoiceField(label=_("Language"))
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choose(self, "time_zone", [("", _("As in the organization")), *time_zones()])
        choose(self, "language", settings.LANGUAGES)


class PictureForm(forms.Form):
    """A picture to show; what kind of file it is, its content says."""

    picture = forms.FileField(
        label=_("New picture"),
        help_text=_("PNG, JPEG or WebP, up to 5 MB. It is cut to a square."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )


class NewPasswordForm(forms.Form):
    """A password to set, typed twice."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=1000,
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if {"password", "password_again"} <= data.keys() and data["password"] != data["password_again"]:
            self.add_error("password_again", _("The two passwords differ."))
        return data


class AccountForm(NewPasswordForm):
    """What a new account needs; the rules for passwords are checked by the command."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "password", "password_again")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["password"].label = _("Password")
        self.fields["password_again"].label = _("Password again")


class ChangePasswordForm(NewPasswordForm):
    """The same by somebody who knows the present password."""

    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("present", "password", "password_again")


class EmailForm(forms.Form):
    """Another address, and the password that proves who asks."""

    email = forms.EmailField(
        label=_("New e-mail"),
        max_length=254,
        help_text=_("We mail a link there; the address changes when you open it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ForgotForm(forms.Form):
    """The address of an account whose password is forgotten."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        validators=[validate_plain_letters],
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
