"""An organization's host: its console, the API and its files."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.api")),
    path("files/", include("catalog.assets.urls")),
    path("", include("console.signin.urls")),
    path("", include("console.org.urls")),
]
handler400 = "console.errors.bad_request"
handler404 = "console.errors.not_found"
handler500 = "console.errors.server_error"
