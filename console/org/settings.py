"""The organization's settings, and what it is called and lives by."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from console.forms import choose, explain, time_zones
from console.guards import actor_of, member_page, public_member_page, tenant_of
from console.org.objects import STALE
from console.org.sections import save_section, section_forms
from kernel.errors import Invalid, PreconditionFailed
from kernel.http.request_id import request_id_of
from kernel.tenancy.scope import scope
from tenants.access.settings.commands import CHANGE, change_settings
from tenants.access.settings.organization import OrganizationValues
from tenants.access.settings.queries import settings_detail
from tenants.commands.organization import change_organization
from tenants.records import Tenant


class OrganizationForm(forms.Form):
    """What an organization is called and by which clock it lives, with what the person saw of both."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Campaigns start and end on this clock; people may choose another one to read by."),
    )
    seen_name = forms.CharField(max_length=120, widget=forms.HiddenInput)
    seen_time_zone = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any, tenant: Tenant) -> None:
        seen = {"name": tenant.name, "time_zone": tenant.time_zone}
        initial = seen | {f"seen_{name}": value for name, value in seen.items()}
        super().__init__(data, initial=initial, auto_id="id_organization_%s")
        choose(self, "time_zone", time_zones())


@member_page(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the settings by section, and save the section that was sent."""
    actor, status = actor_of(request), 200
    made, sent = section_forms(request, OrganizationValues, settings_detail(actor=actor))
    if request.method == "POST":
        done = save_section(
            request,
            sent,
            lambda version, changes: change_settings(actor=actor, version=version, changes=changes),
            lambda: settings_detail(actor=actor),
            reverse("org:settings"),
        )
        if isinstance(done, HttpResponse):
            return done
        status = done
    tenant = tenant_of(request)
    return _show(request, {"forms": made, "form": sent, "organization": OrganizationForm(None, tenant)}, status)


@public_member_page(CHANGE)
@require_POST
def organization(request: HttpRequest) -> HttpResponse:
    """Give the organization another name or clock."""
    actor, tenant = actor_of(request), tenant_of(request)
    form, status = OrganizationForm(request.POST, tenant), 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            change_organization(
                actor=actor,
                organization=tenant,
                seen={"name": given["seen_name"], "time_zone": given["seen_time_zone"]},
                changes={"name": given["name"], "time_zone": given["time_zone"]},
                request_id=request_id_of(request),
            )
        except Invalid as error:
            explain(form, error)
        except PreconditionFailed:
            messages.warning(request, STALE)
            return redirect("org:settings")
        else:
            messages.success(request, _("The organization is saved."))
            return redirect("org:settings")
    # The settings and the frame are the organization's own, which only its scope can tell.
    with scope(tenant, actor=actor, source="console", request_id=request_id_of(request)):
        made, _sent = section_forms(request, OrganizationValues, settings_detail(actor=actor))
        return _show(request, {"forms": made, "form": form, "organization": form}, status)


def _show(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    tenant = tenant_of(request)
    facts = {"address": tenant.domain, "plan": tenant.plan}
    return render(request, "console/org/settings.html", context | {"facts": facts}, status=status)
