"""The forms in front of every console."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.commands.checks import plain_letters_message


def validate_plain_letters(email: str) -> None:
    """Refuse what is no address of ours, before it is looked up or counted."""
    if not email.isascii():
        raise forms.ValidationError(plain_letters_message(), code="email_letters")


class SignInForm(LoginForm):
    """allauth's form, limits included, in our words."""

    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].validators.append(validate_plain_letters)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}

    @property
    def too_many(self) -> bool:
        """Whether the limit on failed tries refused this one."""
        return bool(self.has_error("__all__", code="too_many_login_attempts"))


class FindForm(forms.Form):
    """An address to mail to."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        validators=[validate_plain_letters],
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )
