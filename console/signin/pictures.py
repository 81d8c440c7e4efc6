"""People's pictures, on every host where somebody may see the person."""

import re
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.guards import embedded
from kernel.errors import NotFound
from tenants import pictures
from tenants.doors.request import DoorRequest
from tenants.queries.account import may_see_picture

DIGEST = re.compile(r"[0-9a-f]{64}")


@embedded
@require_safe
def picture(request: DoorRequest, user_id: UUID, digest: str) -> HttpResponse:
    """Answer with the person's present picture; its address changes with it, so browsers may keep it for good."""
    viewer, key = request.person, pictures.key_of(user_id, digest)
    organization = request.organization.id if request.organization else None
    if viewer is None or DIGEST.fullmatch(digest) is None:
        raise NotFound()
    content = pictures.read(key) if may_see_picture(viewer.user_id, organization, user_id, key) else None
    if content is None:
        raise NotFound()
    response = HttpResponse(content, content_type="image/webp")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
