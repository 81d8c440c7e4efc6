"""`/files/` on an organization's host."""

from django.urls import path

from catalog.assets.serving import file

urlpatterns = [path("<str:signed>", file, name="file")]
