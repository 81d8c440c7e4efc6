"""The operators' host: their console and the read-only data browser."""

from django.urls import include, path

from console.ops.studio import studio

urlpatterns = [
    path("", include("console.signin.urls")),
    path("", include("console.ops.urls")),
    path("studio/", studio.urls),
]
handler400 = "console.errors.bad_request"
handler404 = "console.errors.not_found"
handler500 = "console.errors.server_error"
