"""What is advertised."""

from catalog.models.products import Product, ProductTeamGrant, ProductUserGrant

__all__ = ["Product", "ProductTeamGrant", "ProductUserGrant"]
