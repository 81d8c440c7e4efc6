"""Every problem code the API can answer with, for the reference page. A test compares it with the code."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CODES: Mapping[str, Promise] = MappingProxyType(
    {
        "already_exists": _("Something with the same identity is there already."),
        "bad_cursor": _("The cursor belongs to another list, filter, order or organization, or is broken."),
        "bad_if_match": _("If-Match must be the one ETag that you read."),
        "bad_request": _("The request can't be carried out."),
        "beyond_own_rights": _("It permits more than your own role does."),
        "commit_failed": _("The change could not be saved; nothing was changed."),
        "conflict": _("The present state does not allow this."),
        "csrf_failed": _("A browser session needs the X-CSRFToken header for writes."),
        "id_taken": _("An object with the id you chose is there already."),
        "in_trash": _("The object is in the trash; restore it first."),
        "internal_error": _("Our fault; the request id finds it in the log."),
        "invalid": _("Some of the input is wrong; errors says where."),
        "invalid_token": _("The token is not valid here."),
        "last_owner": _("An organization needs at least one active owner."),
        "limit_reached": _("The plan's limit is used up: limit, current and maximum say which."),
        "malformed_json": _("The body is not JSON in UTF-8, or gives a key twice."),
        "malformed_query": _("The query string is not clean UTF-8."),
        "malformed_request": _("The request can't be read."),
        "method_not_allowed": _("The address does not take that method; the Allow header names those that it does."),
        "not_allowed": _("You lack the permission that is named; granted_by says which roles hold it."),
        "not_found": _("There is no such thing, or you may not see it."),
        "organization_suspended": _("The organization is suspended."),
        "precondition_required": _("Send If-Match with the ETag that you read."),
        "reference": _("Something this refers to is gone, or something still refers to it."),
        "scope_missing": _("The token lacks the scope that is named."),
        "second_factor_required": _("The organization asks for a second factor, and the session has used none."),
        "token_expired": _("The token has expired."),
        "too_large": _("The body is larger than we accept."),
        "transition_not_allowed": _("The status can't change that way; allowed names the ways open now."),
        "unauthenticated": _("Sign in or send a valid token."),
        "unavailable": _("A part of the service is away; try again shortly."),
        "version_changed": _("Somebody changed it since you read it."),
        "wrong_content_type": _("Send the body as application/json."),
    }
)
