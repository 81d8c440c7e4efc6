"""URLs."""

from django.urls import include, path

from kernel.health import livez, readyz

urlpatterns = [
    path("livez", livez),
    path("readyz", readyz),
    path("api/v1/", include("config.api")),
]
