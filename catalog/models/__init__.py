"""What is advertised."""

from catalog.models.assets import Asset, AssetTeamGrant, AssetUserGrant, AssetVersion, Upload
from catalog.models.catalogs import Catalog
from catalog.models.files import ProductFile, ProductFileRow
from catalog.models.labels import Label
from catalog.models.products import Product, ProductPicture, ProductTeamGrant, ProductUserGrant

__all__ = [
    "Asset",
    "AssetTeamGrant",
    "AssetUserGrant",
    "AssetVersion",
    "Catalog",
    "Label",
    "Product",
    "ProductFile",
    "ProductFileRow",
    "ProductPicture",
    "ProductTeamGrant",
    "ProductUserGrant",
    "Upload",
]
