"""The sign-in host: sign in, choose where to go, be handed over."""

from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from console.guards import anybody
from console.public.forms import FindForm, SignInForm
from console.public.limits import too_many, within
from kernel.errors import Invalid, NotAllowed
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.addresses import operator_url
from tenants.commands.people import ask_for_addresses
from tenants.doors.request import DoorRequest
from tenants.queries.people import organization_at, places_of
from tenants.signin.commands import leave_account, proves_sign_out, user_actor
from tenants.signin.handoff import issue_code
from tenants.signin.paths import local_path, session_url
from tenants.signin.sessions import MFA, family_of


@anybody
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: DoorRequest) -> HttpResponse:
    """Sign in by e-mail and password, then by a code where there is a second factor; then on to `next`."""
    next_path = local_path(request.POST.get("next") or request.GET.get("next") or "/")
    if request.method != "POST":
        if request.person is not None:
            return redirect(next_path)
        return _sign_in_page(request, SignInForm(initial={"next": next_path}, request=request), next_path)
    if not within(request, "login"):
        return too_many(request)
    form = SignInForm(request.POST, request=request)
    if not form.is_valid():
        return too_many(request) if form.too_many else _sign_in_page(request, form, next_path, status=422)
    with public_scope(actor=user_actor(form.user), source="console", request_id=request.request_id):
        response: HttpResponse = form.login(request, redirect_url=next_path)
    return response


@anybody
@never_cache
@require_http_methods(["GET", "HEAD"])
def home(request: DoorRequest) -> HttpResponse:
    """Go to the only place there is, or let the person choose."""
    if request.person is None:
        return redirect("public:sign-in")
    places = places_of(request.person.user_id)
    operator = records.operator(request.person.user_id) is not None
    if operator and not places:
        return redirect(operator_url())
    if len(places) == 1 and not operator and places[0].is_open:
        return redirect(places[0].url)
    return redirect("public:choose")


@anybody
@never_cache
@require_http_methods(["GET", "HEAD"])
def choose(request: DoorRequest) -> HttpResponse:
    """Show where the person can go."""
    if request.person is None:
        return redirect("public:sign-in")
    context = {
        "account": request.person,
        "organizations": places_of(request.person.user_id),
        "operator_url": operator_url() if records.operator(request.person.user_id) else "",
    }
    return render(request, "console/auth/choose.html", context)


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: DoorRequest) -> HttpResponse:
    """Mail somebody where their organizations are; the answer is the same for every address."""
    if request.method != "POST":
        return render(request, "console/auth/find.html", {"form": FindForm()})
    form = FindForm(request.POST)
    if not form.is_valid():
        return render(request, "console/auth/find.html", {"form": form}, status=422)
    email = form.cleaned_data["email"]
    if not within(request, "find_organization", key=email.lower()):
        return too_many(request)
    ask_for_addresses(email=email, request_id=request.request_id)
    return render(request, "console/auth/find.html", {"form": form, "sent_to": email})


@anybody
@never_cache
@require_GET
def hand_over(request: DoorRequest) -> HttpResponse:
    """Send a signed-in person back to the host they came from, with a code for that host and this browser."""
    if request.actor is None or request.person is None:
        return redirect(f"{reverse('public:sign-in')}?{urlencode({'next': request.get_full_path()})}")
    host, state = request.GET.get("host", ""), request.GET.get("state", "")
    next_path = local_path(request.GET.get("next", "/"))
    try:
        with public_scope(actor=request.actor, source="console", request_id=request.request_id):
            code = issue_code(
                actor=request.actor,
                host=host,
                state_hash=state,
                session_hash=request.person.session_hash,
                family=family_of(request),
                second_factor=request.session.get(MFA, ""),
            )
    except (Invalid, NotAllowed) as error:
        if error.code == "second_factor_required":
            here = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('public:second-factor-needed')}?{here}")
        messages.error(request, error.detail)
        return redirect("public:choose")
    response = redirect(session_url(host, code, next_path))
    response["Referrer-Policy"] = "no-referrer"
    return response


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: DoorRequest) -> HttpResponse:
    """End the session here: by the button, or because one of our hosts proves that its session was just ended."""
    person, proof = request.person, request.GET.get("proof", "")
    if person is not None and (request.method == "POST" or proves_sign_out(proof, person.user_id)):
        leave_account(request)
        person = None
    if person is not None:
        return redirect("public:choose")
    return redirect("public:signed-out")


@anybody
@never_cache
@require_http_methods(["GET", "HEAD"])
def signed_out(request: DoorRequest) -> HttpResponse:
    """Say that nobody is signed in any more."""
    if request.person is not None:
        return redirect("public:home")
    return render(request, "console/auth/signed_out.html")


def _sign_in_page(request: DoorRequest, form: SignInForm, next_path: str, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "organization_name": organization_name(next_path),
        "demo_accounts": getattr(settings, "DEMO_ACCOUNTS", ()),
    }
    return render(request, "console/auth/sign_in.html", context, status=status)


def organization_name(next_path: str) -> str:
    """Return whom the person wants to go to, where the next step says so."""
    hosts = parse_qs(urlsplit(next_path).query).get("host", [])
    tenant = organization_at(hosts[0]) if len(hosts) == 1 else None
    return tenant.name if tenant else ""
