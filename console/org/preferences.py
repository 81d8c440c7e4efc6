"""A person's own preferences in this organization."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from console.guards import actor_of, member_page
from console.org.sections import save_section, section_forms
from tenants.access.settings.commands import change_preferences
from tenants.access.settings.preferences import PreferenceValues
from tenants.access.settings.queries import preferences_detail


@member_page()
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the preferences by section, and save the section that was sent."""
    actor, status = actor_of(request), 200
    forms, sent = section_forms(request, PreferenceValues, preferences_detail(actor=actor))
    if request.method == "POST":
        done = save_section(
            request,
            sent,
            lambda version, changes: change_preferences(actor=actor, version=version, changes=changes),
            lambda: preferences_detail(actor=actor),
            reverse("org:preferences"),
        )
        if isinstance(done, HttpResponse):
            return done
        status = done
    return render(request, "console/org/preferences.html", {"forms": forms, "form": sent}, status=status)
