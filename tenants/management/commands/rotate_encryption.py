from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.commands.second_factor import renew_encryption


class Command(BaseCommand):
    help = "Encrypt every stored secret with the first of ENCRYPTION_KEYS; the others may be taken away afterwards."

    def handle(self, *args: Any, **options: Any) -> None:
        count, renewed, last = 0, -1, 0
        while renewed:
            with public_scope(actor=SYSTEM, source="system", reason="manage.py rotate_encryption"):
                renewed, last = renew_encryption(after=last)
            count += renewed
        self.stdout.write(_("%(count)d rows are encrypted with the newest key.") % {"count": count})
