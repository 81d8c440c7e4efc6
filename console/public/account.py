"""A person's own profile: name, picture, clock, language and theme."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from console.forms import explain
from console.guards import account_page, actor_of
from console.public.account_forms import PictureForm, ProfileForm
from console.public.limits import too_many, within
from console.uploads import was_too_large
from kernel.errors import Invalid, TooLarge
from kernel.tenancy.scope import public_scope
from tenants.commands.account.profile import change_profile, set_picture
from tenants.commands.account.profile import remove_picture as take_picture_away
from tenants.doors.request import DoorRequest
from tenants.pictures import encode, too_large

PICTURE = "picture"


@account_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: DoorRequest) -> HttpResponse:
    """Show and change how the person is shown and how they see the product."""
    if request.method != "POST":
        return _page(request)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    actor = actor_of(request)
    try:
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            change_profile(actor=actor, **form.cleaned_data)
    except Invalid as error:
        explain(form, error)
        return _page(request, form=form, status=error.status)
    messages.success(request, _("Your profile is saved."))
    return redirect("public:account")


@account_page
@never_cache
@require_POST
def picture(request: DoorRequest) -> HttpResponse:
    """Show the person by another picture."""
    form = PictureForm(request.POST, request.FILES, prefix=PICTURE)
    if was_too_large(request):
        return _refused(request, PictureForm({}, prefix=PICTURE), too_large())
    if not form.is_valid():
        return _page(request, picture_form=form, status=422)
    file: UploadedFile[Any] = form.cleaned_data["picture"]
    actor = actor_of(request)
    if not within(request, "picture", key=str(actor.user_id)):
        return too_many(request)
    try:
        encoded = encode(file.read())
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            set_picture(actor=actor, picture=encoded)
    except (Invalid, TooLarge) as error:
        return _refused(request, form, error)
    messages.success(request, _("Your picture is saved."))
    return redirect("public:account")


@account_page
@never_cache
@require_POST
def remove_picture(request: DoorRequest) -> HttpResponse:
    """Show the person by their initials."""
    actor = actor_of(request)
    with public_scope(actor=actor, source="console", request_id=request.request_id):
        take_picture_away(actor=actor)
    messages.success(request, _("Your picture is removed."))
    return redirect("public:account")


def _refused(request: DoorRequest, form: PictureForm, error: Invalid | TooLarge) -> HttpResponse:
    form.errors.clear()
    explain(form, error)
    return _page(request, picture_form=form, status=error.status)


def _page(
    request: DoorRequest, *, form: ProfileForm | None = None, picture_form: PictureForm | None = None, status: int = 200
) -> HttpResponse:
    person = request.person
    initial = {name: getattr(person, name) for name in ("name", "time_zone", "language", "theme")}
    context = {
        "profile": form or ProfileForm(initial=initial),
        "picture": picture_form or PictureForm(prefix=PICTURE),
        "form": picture_form or form or ProfileForm(),
        "person": person,
    }
    return render(request, "console/account/profile.html", context, status=status)
