from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    label = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        # Imported here, because models are not loaded before.
        from campaigns.following import refresh_of_assets, refresh_of_products
        from catalog import dependents
        from catalog.models import Asset, Product

        dependents.register(Asset, refresh_of_assets)
        dependents.register(Product, refresh_of_products)
