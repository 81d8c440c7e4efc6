"""The mail outbox of an installation that sends none."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.guards import operator_page
from console.ops.letters import letter, letter_page
from console.parameters import pages, text


@operator_page
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All messages, the newest first."""
    found, cursor = letter_page(text(request, "cursor"))
    rows = [
        {"id": one.id, "to": one.to, "subject": one.subject or _("(no subject)"), "sent_at": one.sent_at}
        for one in found
    ]
    return render(request, "console/ops/outbox.html", {"messages_sent": rows, "page": pages(request, cursor)})


@operator_page
@require_safe
def message(request: HttpRequest, message_id: str) -> HttpResponse:
    """One message with the links in it."""
    found = letter(message_id)
    return render(request, "console/ops/outbox_message.html", {"mail": found, "links": found.links})
