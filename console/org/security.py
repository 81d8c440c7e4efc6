"""The organization's sign-in policy: whether its people need a second factor."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console.guards import actor_of, public_member_page, tenant_of
from kernel.errors import Conflict
from kernel.http.request_id import request_id_of
from kernel.tenancy.scope import scope
from tenants.actors import user_id_of
from tenants.addresses import base_url
from tenants.commands.second_factor import set_mfa_policy
from tenants.queries.second_factor import coverage, has_second_factor

NEEDS = "organization:settings"
LISTED = 100


class PolicyForm(forms.Form):
    """Whether a second factor is required."""

    required = forms.TypedChoiceField(choices=[("on", "on"), ("off", "off")], coerce=lambda word: word == "on")


@public_member_page(NEEDS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The policy, and who has a second factor."""
    actor, tenant = actor_of(request), tenant_of(request)
    found = coverage(tenant.id)
    context = {
        "required": tenant.mfa_required,
        "has_own": has_second_factor(user_id_of(actor)),
        "have": found.have,
        "lacking": found.lacking[:LISTED],
        "lacking_count": len(found.lacking),
        "set_up_url": base_url(reverse("public:account-security", "config.urls_public")),
    }
    # The frame asks what the person may open, which only the organization's scope can tell.
    with scope(tenant, actor=actor, source="console", request_id=request_id_of(request)):
        return render(request, "console/org/security.html", context)


@public_member_page(NEEDS)
@require_POST
def policy(request: HttpRequest) -> HttpResponse:
    """Ask for a second factor, or no longer."""
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return redirect("org:security")
    required = form.cleaned_data["required"]
    try:
        set_mfa_policy(
            actor=actor_of(request),
            organization=tenant_of(request),
            required=required,
            request_id=request_id_of(request),
        )
    except Conflict as error:
        messages.error(request, error.detail)
        return redirect("org:security")
    if required:
        messages.success(request, _("From now on everybody here needs a second factor."))
    else:
        messages.success(request, _("A second factor is not required any more."))
    return redirect("org:security")
