"""What roles permit: the matrix, its draft, and what saving it would mean."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from audit.queries import history
from console.guards import actor_of, is_fragment, member_page
from console.org.roles_forms import role_form
from console.org.roles_matrix import Draft, changed, columns_of, drafts_of, groups_of, word
from console.parameters import text
from kernel.errors import Conflict, DomainError, Invalid, NotFound, PreconditionFailed
from tenants.access.impact import Impact, ReachChange, roles_impact
from tenants.access.models import Role
from tenants.access.resolver import can, require
from tenants.access.role_queries import role_list
from tenants.access.roles import DEFINE, change_roles


@member_page("member:view")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The matrix; a post saves the draft: every changed cell of every role, or nothing."""
    if request.method != "POST":
        return _page(request, {})
    require(actor_of(request), DEFINE)
    drafts = changed(drafts_of(request))
    count = sum(len(draft.changes) for draft in drafts.values())
    try:
        change_roles(
            actor=actor_of(request), drafts={key: (draft.version, draft.changes) for key, draft in drafts.items()}
        )
    except (PreconditionFailed, NotFound):
        return _page(request, drafts, status=PreconditionFailed.status, is_stale=True)
    except (Invalid, Conflict) as error:
        return _page(request, drafts, status=error.status, refusal=error)
    if count:
        saved = ngettext("%(count)d change is saved.", "%(count)d changes are saved.", count)
        messages.success(request, saved % {"count": count})
    return redirect("org:roles")


@member_page(DEFINE)
@require_POST
def impact(request: HttpRequest) -> HttpResponse:
    """Who would gain or lose what if the draft were saved: in a drawer, in one sentence, or as a page of its own."""
    drafts = changed(drafts_of(request))
    context: dict[str, Any] = {"count": sum(len(draft.changes) for draft in drafts.values())}
    status = 200
    try:
        found = roles_impact(actor=actor_of(request), drafts={key: draft.changes for key, draft in drafts.items()})
    except (Invalid, Conflict) as error:
        context["refusal"] = refusal_lines(error)
        # A fragment is shown whatever it says; a whole page carries its status.
        status = 200 if is_fragment(request) else error.status
    else:
        context |= {"impact": found, "people": _people(found), "uncounted": len(found.people) - found.counted}
    part = ("#summary" if text(request, "part") == "summary" else "#people") if is_fragment(request) else ""
    return render(request, f"console/org/role_impact.html{part}", context, status=status)


def refusal_lines(error: DomainError) -> list[str]:
    """Return what a command refused, as sentences."""
    return [found.message for found in error.errors] or [error.detail or str(error.title)]


def _page(
    request: HttpRequest,
    drafts: Mapping[UUID, Draft],
    *,
    status: int = 200,
    is_stale: bool = False,
    refusal: DomainError | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    roles = role_list(actor=actor)
    columns = columns_of(roles, drafts, actor)
    may_define = can(actor, DEFINE)
    context = {
        "columns": columns,
        "groups": groups_of(columns, actor),
        "span": len(columns) + 1,
        "may_define": may_define,
        "is_editable": any(column["is_open"] for column in columns),
        "stale": _stale(roles, drafts) if is_stale else [],
        "refusal": refusal_lines(refusal) if refusal else [],
        "form": role_form(actor) if may_define else None,
    }
    return render(request, "console/org/roles.html", context, status=status)


def _stale(roles: list[Role], drafts: Mapping[UUID, Draft]) -> list[dict[str, Any]]:
    """Return which roles somebody changed meanwhile, and who; a role that is gone has no name any more."""
    known = {role.pk: role for role in roles}
    found: list[dict[str, Any]] = []
    for role_id, draft in drafts.items():
        role = known.get(role_id)
        if role is None:
            found.append({"name": ""})
        elif role.row_version != draft.version:
            found.extend(
                {"name": role.name, "by": line.actor_name, "at": line.at} for line in history(role, limit=1).lines
            )
    return found


def _people(found: Impact) -> list[dict[str, Any]]:
    return [
        {
            "name": person.name,
            "email": person.email,
            "role_name": person.role_name,
            "membership_id": person.membership_id,
            "changes": [_change(change) for change in person.changes],
        }
        for person in found.people
    ]


def _change(change: ReachChange) -> dict[str, Any]:
    return {
        "label": change.label,
        "before": word(change.before),
        "before_reach": change.before or "none",
        "after": word(change.after),
        "after_reach": change.after or "none",
        "is_gain": change.is_gain,
        "objects": change.objects,
        "number": abs(change.objects or 0),
    }
