"""The sign-in host: coming in, and the API for tokens."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.api")),
    path("", include("console.public.urls")),
]
handler400 = "console.errors.bad_request"
handler404 = "console.errors.not_found"
handler500 = "console.errors.server_error"
