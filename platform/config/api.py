"""The API's root: version 1, made of the apps' routers. Mounted by `path("api/v1/", include("config.api"))`."""

from audit.api import router as audit
from campaigns.api import campaigns, creatives, creatives_of_campaign, previews, revisions, views
from campaigns.drafts.api import router as drafts
from catalog.api import router as products
from catalog.assets.api import router as assets
from catalog.assets.uploads_api import router as uploads
from catalog.catalogs.api import router as catalogs
from catalog.files.api import router as product_files
from catalog.labels.api import router as labels
from kernel.http.api import Api
from kernel.http.operations import MORE_PERMISSIONS, PERMISSION
from tenants.access.api.access import router as access
from tenants.access.api.grants import router as grants
from tenants.access.api.invitations import router as invitations
from tenants.access.api.me import router as me
from tenants.access.api.people import router as people
from tenants.access.api.roles import router as roles
from tenants.access.api.settings import preferences
from tenants.access.api.settings import router as settings
from tenants.access.api.teams import router as teams
from tenants.access.api.tokens import router as tokens
from tenants.access.bulk.api import router as batches
from tenants.access.catalogue import known
from tenants.access.resolver import MEMBER

DESCRIPTION = """Plan and run campaigns. Send `Authorization: Bearer <token>`; a token names its organization, so the
same address serves every organization, and each organization's own host works too.

Lists are pages: follow `next` as `cursor`. Money is in millionths of the currency, times are UTC. A write needs
`If-Match` with the ETag you read (create excepted), so nobody overwrites what they have not seen. DELETE moves to the
trash, DELETE on `/trash` restores. Unknown fields and parameters are refused, so a misspelling never goes unnoticed.

Every write can be tried with `dry_run=true`. A POST that is sent again with its `Idempotency-Key` happens once. Many
rows go in one call to `/bulk`, and what it did can be undone for 30 minutes."""

api = Api(prefix="api/v1", title="Campaign Builder API", version="1.0.0", description=DESCRIPTION)
api.add_router("/me", me)
api.add_router("/people", people)
api.add_router("/invitations", invitations)
api.add_router("/teams", teams)
api.add_router("/roles", roles)
api.add_router("/campaigns", campaigns)
api.add_router("/campaigns", creatives_of_campaign)
api.add_router("/campaigns", revisions)
api.add_router("/creatives", creatives)
api.add_router("/creatives", previews)
api.add_router("/catalogs", catalogs)
api.add_router("/products", products)
api.add_router("/product-files", product_files)
api.add_router("/labels", labels)
api.add_router("/assets", assets)
api.add_router("/uploads", uploads)
api.add_router("/batches", batches)
api.add_router("/grants", grants)
api.add_router("/access", access)
api.add_router("/tokens", tokens)
api.add_router("/drafts", drafts)
api.add_router("/views", views)
api.add_router("/settings", settings)
api.add_router("/preferences", preferences)
api.add_router("/audit", audit)


def permissions_asked(of: Api) -> frozenset[str]:
    """Return every permission that operations ask for; raise KeyError for a name that the catalogue does not hold."""
    declared = [operation.openapi_extra or {} for operation in of.operations()]
    names = {name for extra in declared for name in (extra[PERMISSION], *extra.get(MORE_PERMISSIONS, ()))}
    return frozenset(known(name) for name in names - {MEMBER})


def scopes() -> frozenset[str]:
    """Return what makes sense on a token: the permissions that some operation asks for (settings.API_SCOPES)."""
    return _SCOPES


_SCOPES = permissions_asked(api)
urlpatterns = api.urlpatterns
