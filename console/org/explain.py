"""Why a person may do something or may not, and who may: a page, and the drawer that other pages open."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.guards import actor_of, is_fragment, member_page
from console.parameters import text
from kernel.errors import NotFound
from kernel.tenancy.context import Actor
from tenants.access.asking import actions_on, may_ask, object_asked, objects_to_ask_about, people_to_ask_about
from tenants.access.catalogue import label
from tenants.access.explain import Explanation, explain, who_can
from tenants.access.models import Owned
from tenants.access.resolver import can

OBJECTS_OFFERED = 15


@member_page()
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """A question about access and its answer; for htmx the drawer's content, or the objects that a search finds."""
    actor = actor_of(request)
    obj = _object(actor, text(request, "object"))
    if is_fragment(request) and "q" in request.GET and "person" not in request.GET:
        return render(request, "console/org/explain.html#objects", {"objects": _objects(request, obj)})
    actions = actions_on(obj)
    action = text(request, "may")
    if action not in actions:
        action = f"{obj.resource}:edit" if obj else "campaign:edit"
    people = people_to_ask_about(actor=actor, obj=obj)
    asked = text(request, "person")
    context: dict[str, Any] = {
        "people": [{"id": str(row.user_id or row.pk), "name": str(row)} for row in people],
        "actions": [(name, label(name)) for name in actions],
        "person": asked,
        "action": action,
        "action_label": label(action),
        "object": obj,
        "object_value": text(request, "object"),
        "shows_addresses": can(actor, "member:view"),
        "may_ask_all": may_ask(actor=actor, person_id=None, obj=obj),
        "objects": _objects(request, obj),
        "q": text(request, "q"),
        "answer": None,
        "holders": None,
    }
    person_id = _uuid(asked)
    if person_id is not None:
        context["answer"] = _answer(actor, explain(actor=actor, person_id=person_id, action=action, obj=obj))
    elif obj is not None and context["may_ask_all"]:
        context["holders"] = who_can(actor=actor, action=action, obj=obj)
    part = "#drawer" if is_fragment(request) else ""
    response = render(request, f"console/org/explain.html{part}", context)
    response["Vary"] = "HX-Request"
    return response


def _answer(actor: Actor, found: Explanation) -> dict[str, Any]:
    """The explanation as the page shows it: the ways that are open first, then those that are not."""
    ways = sorted((way for way in found.ways if way.gives), key=lambda way: not way.hit)
    may_revoke = found.obj is not None and can(actor, f"{found.obj.resource}:share", found.obj)
    given = sum(way.gives for way in found.ways)
    return {
        "found": found,
        "name": str(found.person),
        "conditions": [way for way in found.ways if not way.gives],
        "ways": ways,
        "given": given,
        "may_revoke": may_revoke,
        "evaluated": [
            {"label": _("Permission"), "value": found.action, "kind": "code"},
            {"label": _("State of the person"), "value": found.person.status, "kind": "status"},
            {"label": _("Role"), "value": found.person.role.name},
            {"label": _("Ways looked at"), "value": str(given)},
            {"label": _("Ways that are open"), "value": str(found.hits)},
        ],
    }


def _object(actor: Actor, named: str) -> Owned | None:
    if not named:
        return None
    kind, _colon, pk = named.partition(":")
    object_id = _uuid(pk)
    if object_id is None:
        raise NotFound()
    return object_asked(actor=actor, object_type=kind, object_id=object_id)


def _objects(request: HttpRequest, chosen: Owned | None) -> list[dict[str, Any]]:
    found = objects_to_ask_about(actor=actor_of(request), text=text(request, "q"), limit=OBJECTS_OFFERED)
    present = f"{chosen._meta.model_name}:{chosen.pk}" if chosen else ""
    rows = [_option(word, row, present) for word, row in found]
    if chosen is not None and not any(row["selected"] for row in rows):
        rows.insert(0, _option(str(chosen._meta.model_name), chosen, present))
    return rows


def _option(word: str, row: Owned, present: str) -> dict[str, Any]:
    value = f"{word}:{row.pk}"
    kind = str(row._meta.verbose_name).capitalize()
    return {"value": value, "label": f"{kind}: {row}", "selected": value == present}


def _uuid(found: str) -> UUID | None:
    try:
        return UUID(found)
    except ValueError:
        return None
