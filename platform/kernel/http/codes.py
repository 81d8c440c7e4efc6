"""Every problem code the API can answer with, for the reference page. A test compares it with the code."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CODES: Mapping[str, Promise] = MappingProxyType(
    {
        "already_exists": _("Something with the same identity is there already."),
        "already_invited": _("The address was invited already; send that invitation again."),
        "already_member": _("The person belongs to the organization already."),
        "archived": _("The catalog is archived; take it out of the archive first."),
        "bad_cursor": _("The cursor belongs to another list, filter, order or organization, or is broken."),
        "bad_if_match": _("If-Match must be the one ETag that you read."),
        "bad_request": _("The request can't be carried out."),
        "batch_undone": _("The batch was undone already; undone_by says by which one."),
        "beyond_own_rights": _("It permits more than your own role does."),
        "builtin_role": _("Built-in roles can't be changed; clone one instead."),
        "bulk_aborted": _(
            "A row failed and on_error is abort, so nothing was written; results says what happened to each row."
        ),
        "catalog_is_default": _("New products go to this catalog; make another one the default first."),
        "changed_since": _("It was changed since; the change stays."),
        "commit_failed": _("The change could not be saved; nothing was changed."),
        "conflict": _("The present state does not allow this."),
        "csrf_failed": _("A browser session needs the X-CSRFToken header for writes."),
        "external_id_taken": _("Another product of the catalog has this external id; product_id says which."),
        "heir_required": _("The person owns something: name who inherits it; owned says how much."),
        "id_taken": _("An object with the id you chose is there already."),
        "idempotency_answer_lost": _("It was done when the key came first, but its answer can't be read any more."),
        "idempotency_in_flight": _(
            "The first request with this Idempotency-Key is still under way; Retry-After says when to ask again."
        ),
        "idempotency_key_reused": _("The Idempotency-Key came with another request before; use a new one."),
        "in_trash": _("The object is in the trash; restore it first."),
        "in_use": _("Something refers to it by now."),
        "internal_error": _("Our fault; the request id finds it in the log."),
        "invalid": _("Some of the input is wrong; errors says where."),
        "invalid_token": _("The token is not valid here."),
        "invitation_accepted": _("The invitation was already accepted."),
        "invitation_expired": _("The invitation has expired."),
        "invitation_revoked": _("The invitation was withdrawn."),
        "last_owner": _("An organization needs at least one active owner."),
        "limit_reached": _("The plan's limit is used up: limit, current and maximum say which."),
        "malformed_json": _("The body is not JSON in UTF-8, or gives a key twice."),
        "malformed_query": _("The query string is not clean UTF-8."),
        "malformed_request": _("The request can't be read."),
        "membership_over": _("The person's time here is over: choose another end first."),
        "method_not_allowed": _("The address does not take that method; the Allow header names those that it does."),
        "name_taken": _("Another one has this name, in any case."),
        "not_accepted_yet": _("The person has not accepted the invitation yet."),
        "not_allowed": _("You lack the permission that is named; granted_by says which roles hold it."),
        "not_found": _("There is no such thing, or you may not see it."),
        "not_undoable": _("An undo can't be undone."),
        "organization_suspended": _("The organization is suspended."),
        "own_end": _("Nobody puts off the end of their own place here."),
        "precondition_required": _("Send If-Match with the ETag that you read."),
        "reference": _("Something this refers to is gone, or something still refers to it."),
        "right_ends": _("Your right to do this ends, so it can't give what lasts."),
        "role_in_use": _("People have the role: people says how many; name another role for them."),
        "scope_missing": _("The token lacks the scope that is named."),
        "second_factor_required": _("The organization asks for a second factor, and the session has used none."),
        "self_lockout": _("You would take the right to define roles from yourself."),
        "sku_taken": _("Another product of the catalog has this SKU; product_id says which."),
        "team_has_objects": _("The team has objects, counted in objects; name the team that gets them."),
        "team_has_teams": _("Teams stand below this one; move them first."),
        "token_expired": _("The token has expired."),
        "too_large": _("The body is larger than we accept."),
        "too_many_roles": _("There are as many custom roles as there can be; delete one first."),
        "transition_not_allowed": _("The status can't change that way; allowed names the ways open now."),
        "unauthenticated": _("Sign in or send a valid token."),
        "unavailable": _("A part of the service is away; try again shortly."),
        "undo_expired": _("The time for undoing is over; undo_until says when it ended."),
        "version_changed": _("Somebody changed it since you read it."),
        "wrong_content_type": _("Send the body as application/json."),
    }
)
