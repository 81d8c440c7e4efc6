"""The creative step of a flow: formats, their variations, and the invented performance figures that stay behind."""

from campaigns.legacy.fields import Reading
from campaigns.legacy.vocabulary import FORMATS

ESTIMATES = "performance"


def shape_creative(reading: Reading) -> tuple[object, bool]:
    """Take the `creative` field; return it in our shape and whether invented performance figures were left out."""
    creative = reading.take("creative")
    if not isinstance(creative, dict) or not creative:
        return creative, False
    shaped = dict(creative)
    selected = creative.get("selectedFormats")
    if isinstance(selected, list):
        shaped["selectedFormats"] = [_format_id(reading, name) for name in selected]
    formats = creative.get("creatives")
    left_out = False
    if isinstance(formats, dict):
        shaped["creatives"] = {}
        for name, entry in formats.items():
            shaped["creatives"][_format_id(reading, name)], estimated = _format(reading, entry)
            left_out = left_out or estimated
    return shaped, left_out


def _format_id(reading: Reading, name: object) -> object:
    if isinstance(name, str) and name not in FORMATS and name.lower() in FORMATS:
        reading.warn("format_id_upper")
        return name.lower()
    return name


def _format(reading: Reading, entry: object) -> tuple[object, bool]:
    if not isinstance(entry, dict):
        return entry, False
    variations = entry.get("variations")
    if not isinstance(variations, list):
        if entry.get("elements") == []:
            reading.warn("creatives_stripped")
        return entry, False
    left_out = False
    shaped = []
    for variation in variations:
        if isinstance(variation, dict):
            _check_contents(reading, variation)
            left_out = left_out or ESTIMATES in variation
            shaped.append({name: part for name, part in variation.items() if name != ESTIMATES})
        else:
            shaped.append(variation)
    return entry | {"variations": shaped}, left_out


def _check_contents(reading: Reading, variation: dict[str, object]) -> None:
    """An element's content is an address; for a product typed in on the spot the flow stored the picture's record."""
    canvas = variation.get("canvasState")
    elements = canvas.get("elements") if isinstance(canvas, dict) else None
    for element in elements if isinstance(elements, list) else []:
        if isinstance(element, dict) and isinstance(element.get("content"), dict):
            reading.warn("content_object")
