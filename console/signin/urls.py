"""Addresses that every organization's host and the operators' have alike: coming in, going out, people's pictures."""

from django.urls import path

from console.signin import pictures, views

app_name = "signin"

urlpatterns = [
    path("sign-in/", views.start, name="start"),
    path("sign-in/used/", views.used, name="used"),
    path("session/<str:code>/", views.session, name="session"),
    path("sign-out/", views.out, name="out"),
    path("account/pictures/<uuid:user_id>/<str:digest>.webp", pictures.picture),
]
