"""Studio: the public tables as they are, to look at. Django's admin without its accounts, its log and its writes.

Only its pages are used; as an installed app it would bring a table, permissions and a sign-in of its own.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

from audit.platform.models import PlatformEntry
from console.guards import actor_of, operator_page
from kernel.jobs.models import Job, Lane
from tenants.models import DirectoryEntry, Domain, Invitation, Operator, Organization, Plan, SchemaTemplate, User

SECRET = frozenset({"password", "token_hash", "secret_hash", "code_hash", "state_hash", "session_key"})
"""Columns that nobody is shown, and that nobody finds out either by asking what a value begins with."""

if TYPE_CHECKING:
    Browser = ModelAdmin[Model]
else:
    Browser = ModelAdmin


class Studio(AdminSite):
    """The tables of the public schema, for operators, read-only."""

    site_header = site_title = _("Studio")
    index_title = _("Tables of the platform")
    index_template = "console/studio/index.html"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Operators may look."""
        actor = actor_of(request, optional=True)
        return actor is not None and actor.kind == "operator"

    def page(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Guard one page like every other page of the operators' console."""
        return operator_page(require_safe(self.admin_view(view)))

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Return the pages that only show something."""
        tables = [
            path(f"{model._meta.app_label}/{model._meta.model_name}/", include(table.get_urls()))
            for model, table in self._registry.items()
        ]
        return [
            path("", self.page(self.index), name="index"),
            path("jsi18n/", self.page(self.i18n_javascript), name="jsi18n"),
            *tables,
            path("<slug:app_label>/", self.page(self.app_index), name="app_list"),
        ]

    def i18n_javascript(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Return the words of the scripts."""
        return cast(HttpResponse, JavaScriptCatalog.as_view()(request))

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Nobody changes anything here, so there is no log of it."""
        return []


class Table(Browser):
    """One table: a list and a page per row, without the columns in SECRET."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """Return the list and the row."""
        name, site = f"{self.opts.app_label}_{self.opts.model_name}", studio
        return [
            path("", site.page(self.changelist_view), name=f"{name}_changelist"),
            path("<path:object_id>/change/", site.page(self.change_view), name=f"{name}_change"),
        ]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Return every column that is no secret, those that no form would show too."""
        return [field.name for field in self.opts.concrete_fields if field.name not in SECRET]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Return them all again: nothing is edited here."""
        return self.get_fields(request, obj)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse to filter by a secret, here or across a relation, whatever is compared with it."""
        return SECRET.isdisjoint(lookup.split(LOOKUP_SEP)) and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)


class Organizations(Table):
    list_display = ("name", "slug", "status", "plan", "schema_name", "live_at")
    list_filter = ("status", "plan")
    search_fields = ("name", "slug", "schema_name")


class Domains(Table):
    list_display = ("domain", "tenant", "is_primary")
    list_select_related = ("tenant",)
    search_fields = ("domain",)


class Plans(Table):
    list_display = ("name", "slug", "seats", "campaigns", "products", "storage_mb")


class Users(Table):
    list_display = ("email", "name", "is_active", "last_login", "created_at")
    list_filter = ("is_active",)
    search_fields = ("email", "name")


class Operators(Table):
    list_display = ("user", "created_at")
    list_select_related = ("user",)


class Directory(Table):
    list_display = ("email", "organization", "status")
    list_filter = ("status",)
    list_select_related = ("organization",)
    search_fields = ("email",)


class Invitations(Table):
    list_display = ("email", "organization", "role", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("organization",)
    search_fields = ("email",)


class Templates(Table):
    list_display = ("migration_key", "schema_name", "created_at")


class Jobs(Table):
    list_display = ("kind", "state", "attempt", "worker", "created_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("=id", "kind")


class Lanes(Table):
    list_display = ("id", "served_at", "paused_at", "paused_reason")


class Entries(Table):
    list_display = ("timestamp", "actor_name", "event", "object_repr", "source")
    list_filter = ("source",)
    search_fields = ("object_repr", "actor_name", "=cid")


studio = Studio(name="studio")
# Sessions and handoff codes are left out: their keys are as good as a password while they live.
for model, table in (
    (Organization, Organizations),
    (Domain, Domains),
    (Plan, Plans),
    (User, Users),
    (Operator, Operators),
    (DirectoryEntry, Directory),
    (Invitation, Invitations),
    (SchemaTemplate, Templates),
    (Job, Jobs),
    (Lane, Lanes),
    (PlatformEntry, Entries),
):
    studio.register(model, table)
