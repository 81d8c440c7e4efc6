"""Forms that ask for a code, and for the password beside it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def code_field(label: Any, help_text: Any) -> forms.CharField:
    """A one-time or recovery code, typed with or without spaces."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
    return forms.CharField(label=label, help_text=help_text, max_length=40, widget=forms.TextInput(attrs=attrs))


class CodeForm(forms.Form):
    """A code of either kind."""

    code = code_field(_("Code"), _("6 digits from your authenticator app, or one of your recovery codes."))

    def __init__(self, data: Any = None, *, autofocus: bool = False, **more: Any) -> None:
        super().__init__(data, **more)
        if autofocus:
            self.fields["code"].widget.attrs["autofocus"] = True


class SetUpForm(forms.Form):
    """The first code of an app; one of the present app, if any; the password, where signing in was a while ago."""

    code = code_field(_("Code"), _("The 6 digits that the app shows now."))
    present_code = code_field(_("Code of your present app"), _("Or one of your recovery codes."))
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=1000,
        help_text=_("You signed in a while ago."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data: Any = None, *, asks_password: bool, is_move: bool, **more: Any) -> None:
        super().__init__(data, **more)
        if not asks_password:
            del self.fields["password"]
        if not is_move:
            del self.fields["present_code"]


class RenewForm(CodeForm):
    """A code, to get new recovery codes."""


class TurnOffForm(forms.Form):
    """Password and code, to do without a second factor."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = code_field(_("Code"), _("From your authenticator app, or a recovery code."))
