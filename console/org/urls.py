"""Addresses of an organization's console."""

from django.urls import path

from console.org import (
    audit,
    campaigns,
    home,
    import_run,
    imports,
    people,
    products,
    roles,
    roles_role,
    security,
    tokens,
)

app_name = "org"

urlpatterns = [
    path("", home.page, name="home"),
    path("campaigns/", campaigns.page, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign-new"),
    path("campaigns/<uuid:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/edit/", campaigns.edit, name="campaign-edit"),
    path("campaigns/<uuid:campaign_id>/trash/", campaigns.trash, name="campaign-trash"),
    path("campaigns/<uuid:campaign_id>/restore/", campaigns.restore, name="campaign-restore"),
    path("catalog/", products.page, name="products"),
    path("catalog/new/", products.new, name="product-new"),
    path("catalog/<uuid:product_id>/", products.product, name="product"),
    path("catalog/<uuid:product_id>/edit/", products.edit, name="product-edit"),
    path("catalog/<uuid:product_id>/trash/", products.trash, name="product-trash"),
    path("catalog/<uuid:product_id>/restore/", products.restore, name="product-restore"),
    path("imports/", imports.page, name="imports"),
    path("imports/<uuid:batch_id>/", import_run.page, name="import"),
    path("imports/<uuid:batch_id>/progress/", import_run.progress, name="import-progress"),
    path("imports/<uuid:batch_id>/check/", import_run.check, name="import-check"),
    path("imports/<uuid:batch_id>/apply/", import_run.apply, name="import-apply"),
    path("imports/<uuid:batch_id>/problems.csv", import_run.problems, name="import-problems"),
    path("audit/", audit.page, name="audit"),
    path("people/", people.page, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<uuid:membership_id>/suspend/", people.suspend, name="member-suspend"),
    path("people/<uuid:membership_id>/reactivate/", people.reactivate, name="member-reactivate"),
    path("people/invitations/<uuid:invitation_id>/resend/", people.resend, name="invitation-resend"),
    path("people/invitations/<uuid:invitation_id>/revoke/", people.revoke, name="invitation-revoke"),
    path("access/", roles.page, name="roles"),
    path("access/impact/", roles.impact, name="roles-impact"),
    path("access/roles/new/", roles_role.new, name="role-new"),
    path("access/roles/<uuid:role_id>/", roles_role.page, name="role"),
    path("access/roles/<uuid:role_id>/rename/", roles_role.rename, name="role-rename"),
    path("access/roles/<uuid:role_id>/delete/", roles_role.delete, name="role-delete"),
    path("tokens/", tokens.page, name="tokens"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("settings/security/", security.page, name="security"),
    path("settings/security/policy/", security.policy, name="security-policy"),
]
