"""Pictures for dumps: small ones of any colour, and what a browser makes an address of."""

import base64
import hashlib
import io
from typing import Any

from PIL import Image

PRODUCT = {
    "id": "1",
    "name": "Oat drink",
    "brand": "B",
    "category": "snacks",
    "status": "Active",
    "created": "2025-06-16",
}


def png(colour: str, size: tuple[int, int] = (8, 6)) -> bytes:
    """A picture of one colour."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return made.getvalue()


def address(content: bytes, mime: str = "image/png") -> str:
    """The address a browser stores a file under."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def sha(content: bytes) -> str:
    """The digest that a picture is known by."""
    return hashlib.sha256(content).hexdigest()


def image(url: str, **more: Any) -> dict[str, Any]:
    """A picture of a product, as the form stored it."""
    return {"id": "i", "url": url, "fileName": "front.png", "altText": "", "isPrimary": False} | more


def variation(style: str, url: str, **elements: Any) -> dict[str, Any]:
    """One variation of the square format with a canvas."""
    words = {"headline": f"Discover {style}", "description": "Good food.", "cta": "Learn more"}
    return {
        "id": f"square_{style}",
        "name": f"Square - Style {style}",
        "style": style,
        "elements": words | {"productImage": url, "productUrl": "https://shop.example.test/1"} | elements,
        "canvasState": {"meta": {"format": "square", "backgroundColor": "#ffffff"}, "elements": []},
        "performance": {"estimatedCTR": "1.87"},
    }


def flow(flow_id: str, *variations: dict[str, Any], selected: int = 0, **more: Any) -> dict[str, Any]:
    """What the flow keeps of itself."""
    formats = {"square": {"variations": list(variations), "selectedVariation": selected}}
    return {
        "id": flow_id,
        "name": "Spring",
        "product": {"id": "1", "name": "Oat drink"},
        "creative": {"selectedFormats": ["square"], "creatives": formats},
    } | more
