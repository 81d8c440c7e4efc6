"""`/api/v1/creatives/{id}/preview.svg` and `.png`: what a creative looks like."""

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query
from pydantic import BaseModel, Field

from campaigns.previews.of_creative import Material, material_of
from campaigns.previews.png import render_png
from campaigns.previews.svg import POLICY, render
from campaigns.queries import creative_detail
from kernel.http import etag
from kernel.http.api import actor_of
from kernel.http.chunks import declares_answer
from kernel.http.operations import Router, declares

router = Router(tags=["Creatives"])
_V = Field(default="", max_length=40, description="Anything; a new value makes a new address.")


class SvgQuery(BaseModel):
    """How a preview is asked for."""

    pictures: Literal["full", "small"] = Field(default="full", description="small: lighter, for thumbnails.")
    v: str = _V


class PngQuery(BaseModel):
    """How a preview is asked for."""

    scale: Literal["1", "2"] = Field(default="1", description="2: twice the size, for screens of high density.")
    v: str = _V


def _declared(media_type: str, example: str) -> dict[str, Any]:
    return declares_answer(declares("campaign:view", 404, if_none_match=True), media_type, example=example)


@router.get("/{uuid:creative_id}/preview.svg", openapi_extra=_declared("image/svg+xml", "<svg/>"))
def draw_creative_as_svg(request: HttpRequest, creative_id: UUID, query: Query[SvgQuery]) -> HttpResponse:
    """The creative as it will look: one SVG that needs nothing from elsewhere, in the size of its placement."""
    material = material_of(creative_detail(actor=actor_of(request), creative_id=creative_id))
    small = query.pictures == "small"
    kind = f"{query.pictures}.svg"
    return _picture(request, material, kind, "image/svg+xml", lambda: render(material.spec(small=small)).encode())


@router.get("/{uuid:creative_id}/preview.png", openapi_extra=_declared("image/png", "PNG"))
def draw_creative_as_png(request: HttpRequest, creative_id: UUID, query: Query[PngQuery]) -> HttpResponse:
    """The creative as a file to send or print: the same picture as PNG, in the size of its placement or twice that."""
    material = material_of(creative_detail(actor=actor_of(request), creative_id=creative_id))
    scale = int(query.scale)
    return _picture(request, material, f"{scale}x.png", "image/png", lambda: render_png(material.spec(), scale))


def _picture(
    request: HttpRequest, material: Material, kind: str, media_type: str, draw: Callable[[], bytes]
) -> HttpResponse:
    """Answer with a drawing, which is made only for those who don't have it."""
    tag = etag.of(material.facts() + kind.encode())
    if etag.is_known(request, tag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(draw(), content_type=media_type)
        name = material.file_name(kind.rpartition(".")[2])
        response["Content-Disposition"] = content_disposition_header(media_type == "image/png", name) or "attachment"
        response["Content-Security-Policy"] = POLICY
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Cookie"
    return response
