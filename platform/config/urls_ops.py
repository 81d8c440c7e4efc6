"""URLs."""

from django.urls import path

from kernel.health import livez, readyz

urlpatterns = [path("livez", livez), path("readyz", readyz)]
