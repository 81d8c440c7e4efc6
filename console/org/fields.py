"""Form fields for what people write differently from how it is stored: amounts, times, short codes."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.files.values import amount_text
from kernel.http.strict import LARGEST_INTEGER

_MILLIONTHS = 1_000_000
_AMOUNT = re.compile(r"(\d{1,13}|\d{1,3}(,\d{3}){1,4})(\.\d{0,6})?", re.ASCII)


class ShortInput(forms.NumberInput):
    """A text that takes half a row, as numbers and dates do."""

    input_type = "text"


class MicrosField(forms.Field):
    """An amount as people write it (1234.50), kept as whole millionths; no float is ever involved."""

    widget = ShortInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        """Return the millionths; commas may group thousands, as they do on screens."""
        written = str(value or "").strip()
        if not written:
            return None
        if not _AMOUNT.fullmatch(written):
            raise ValidationError(_("Write the amount in digits, like 1234.50."))
        micros = int(Decimal(written.replace(",", "")) * _MILLIONTHS)
        if micros > LARGEST_INTEGER:
            raise ValidationError(_("This amount is too large."))
        return micros

    def prepare_value(self, value: Any) -> Any:
        """Return the text that stands for stored millionths; what a person typed stays as typed."""
        return amount_text(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare amounts, not their spelling; what is no amount counts as changed."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class LocalMomentField(forms.DateTimeField):
    """A time on the organization's clock, to the second."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M:%S")


class CurrencyField(forms.CharField):
    """Three letters, in any case."""

    widget = ShortInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def to_python(self, value: Any) -> str:
        """Return the code in capitals."""
        return str(super().to_python(value)).upper()
