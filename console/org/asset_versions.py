"""The versions of an asset: two of them side by side, and which one is shown."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.assets import queries
from catalog.assets.commands import set_current_version
from catalog.assets.compare import compare
from catalog.assets.links import path_of
from catalog.assets.uses import uses_of
from console.guards import actor_of, member_page
from console.org.asset_forms import CurrentForm
from console.org.assets import version_row
from console.org.objects import STALE
from console.parameters import text
from kernel.errors import Invalid, NotFound, PreconditionFailed
from tenants.access.resolver import can


@member_page("asset:view")
@require_safe
def comparison(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Two versions beside each other, over each other, and where they differ."""
    actor = actor_of(request)
    found = queries.asset_detail(actor=actor, asset_id=asset_id)
    versions = queries.versions_of(found)
    if not versions:
        raise NotFound()
    by_number = {version.n: version for version in versions}
    current = next((version.n for version in versions if version.pk == found.current_id), versions[0].n)
    newest = next((version.n for version in versions if version.n != current), current)
    first = by_number.get(_number(text(request, "first")), by_number[current])
    second = by_number.get(_number(text(request, "second")), by_number[newest])
    uses = uses_of(actor, found)
    context = {
        "asset": found,
        "comparison": compare(first, second),
        "sides": [
            version_row(found, version) | {"preview": path_of(version, "preview")} for version in (first, second)
        ],
        "numbers": sorted(by_number),
        "following": len(uses.following),
        "can_edit": found.trashed_at is None and can(actor, "asset:upload", found),
    }
    return render(request, "console/org/asset_compare.html", context)


@member_page("asset:upload")
@require_POST
def current(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Show another version from now on."""
    queries.asset_detail(actor=actor_of(request), asset_id=asset_id)
    url = reverse("org:asset", args=[asset_id]) + "?tab=versions"
    form = CurrentForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("The form was incomplete; open the page again."))
    values = form.cleaned_data
    try:
        set_current_version(actor=actor_of(request), asset_id=asset_id, version=values["version"], n=values["n"])
    except PreconditionFailed:
        messages.warning(request, STALE)
    else:
        messages.success(request, _("Version %(n)d is shown from now on.") % {"n": values["n"]})
    return redirect(url)


def _number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
