"""One role: who has it, what it is called, and its end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.queries import history
from console.forms import explain
from console.guards import actor_of, member_page
from console.org.entries import linked
from console.org.objects import STALE
from console.org.roles_forms import RoleEndForm, RoleForm, RoleWordsForm, role_form
from console.org.roles_matrix import REACHES
from kernel.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from tenants.access.catalogue import PERMISSIONS, RESOURCES
from tenants.access.ceiling import role_is_within
from tenants.access.models import Role
from tenants.access.resolver import can
from tenants.access.role_queries import holders, role_detail, role_list
from tenants.access.roles import DEFINE, clone_role, delete_role, narrowing, permissions_in, rename_role

SHOWN_ENTRIES = 10


@member_page("member:view")
@require_safe
def page(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """What the role permits, who has it, and how it changed."""
    return _page(request, role_detail(actor=actor_of(request), role_id=role_id))


@member_page(DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a role from another one; `from` in the address says from which."""
    actor = actor_of(request)
    form = role_form(actor, request.POST if request.method == "POST" else None, _asked_source(request))
    if not form.is_bound:
        return _new(request, form)
    if not form.is_valid():
        return _new(request, form, 422)
    values = form.cleaned_data
    source = role_detail(actor=actor, role_id=UUID(values["source"]))
    try:
        role = clone_role(
            actor=actor,
            source_id=source.pk,
            name=values["name"],
            description=values["description"],
            changes=narrowing(actor, source),
        )
    except (Invalid, Conflict) as error:
        explain(form, error)
        return _new(request, form, error.status)
    messages.success(request, _("%(name)s is ready. Change what it permits here.") % {"name": role.name})
    return redirect("org:roles")


@member_page(DEFINE)
@require_POST
def rename(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Change the role's words."""
    actor = actor_of(request)
    role, form = role_detail(actor=actor, role_id=role_id), RoleWordsForm(request.POST)
    if not form.is_valid():
        return _page(request, role, words=form, status=422)
    changes = {name: form.cleaned_data[name] for name in ("name", "description")}
    try:
        rename_role(actor=actor, role_id=role_id, version=form.cleaned_data["version"], changes=changes)
    except PreconditionFailed:
        messages.warning(request, STALE)
    except (Invalid, Conflict) as error:
        explain(form, error)
        return _page(request, role, words=form, status=error.status)
    else:
        messages.success(request, _("The role is saved."))
    return redirect("org:role", role_id)


@member_page(DEFINE)
@require_POST
def delete(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Delete the role; who has it gets the one that was chosen."""
    actor = actor_of(request)
    role, form = role_detail(actor=actor, role_id=role_id), _end_form(request, role_id, request.POST)
    if not form.is_valid():
        return _page(request, role, end=form, status=422)
    replacement = form.cleaned_data["replacement"]
    try:
        delete_role(
            actor=actor,
            role_id=role_id,
            version=form.cleaned_data["version"],
            replacement_id=UUID(replacement) if replacement else None,
        )
    except PreconditionFailed:
        messages.warning(request, STALE)
        return redirect("org:role", role_id)
    except (Conflict, NotAllowed) as error:
        form.add_error("replacement", error.detail)
        return _page(request, role, end=form, status=error.status)
    messages.success(request, _("%(name)s is deleted.") % {"name": role.name})
    return redirect("org:roles")


def _new(request: HttpRequest, form: RoleForm, status: int = 200) -> HttpResponse:
    return render(request, "console/org/role_new.html", {"form": form}, status=status)


def _asked_source(request: HttpRequest) -> Role | None:
    asked = request.GET.get("from", "")
    try:
        return role_detail(actor=actor_of(request), role_id=UUID(asked)) if asked else None
    except ValueError:
        return None


def _end_form(request: HttpRequest, role_id: UUID, data: Any = None, version: int | None = None) -> RoleEndForm:
    actor = actor_of(request)
    others = [role for role in role_list(actor=actor) if role.pk != role_id and role_is_within(actor, role)]
    return RoleEndForm(data, roles=others, initial={"version": version}, auto_id="end_%s")


def _page(
    request: HttpRequest,
    role: Role,
    *,
    words: RoleWordsForm | None = None,
    end: RoleEndForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    may_change = can(actor, DEFINE) and not role.builtin
    initial = {"version": role.row_version, "name": role.name, "description": role.description}
    people = holders(actor=actor, role_id=role.pk)
    context = {
        "role": role,
        "groups": _groups(role),
        "people": [_holder(person) for person in people],
        "may_clone": can(actor, DEFINE),
        "clone_url": f"{reverse('org:role-new')}?from={role.pk}",
        "words": (words or RoleWordsForm(initial=initial)) if may_change else None,
        "end": (end or _end_form(request, role.pk, version=role.row_version)) if may_change else None,
        "form": end or words,
        "entries": linked(history(role, limit=SHOWN_ENTRIES).lines),
    }
    return render(request, "console/org/role.html", context, status=status)


def _groups(role: Role) -> list[dict[str, Any]]:
    present = permissions_in(role)
    return [
        {"name": name, "rows": rows}
        for resource, name in RESOURCES.items()
        if (
            rows := [
                {"label": found.label, "reach": present[found.name], "word": REACHES[present[found.name]]}
                for found in PERMISSIONS.values()
                if found.resource == resource and found.name in present
            ]
        )
    ]


def _holder(person: Any) -> dict[str, Any]:
    return {"id": person.pk, "name": person.name or person.email, "email": person.email, "status": person.status}
