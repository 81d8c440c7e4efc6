"""What is advertised."""

from catalog.models.assets import Asset, AssetTeamGrant, AssetUserGrant, AssetVersion, Upload
from catalog.models.products import Product, ProductTeamGrant, ProductUserGrant

__all__ = [
    "Asset",
    "AssetTeamGrant",
    "AssetUserGrant",
    "AssetVersion",
    "Product",
    "ProductTeamGrant",
    "ProductUserGrant",
    "Upload",
]
