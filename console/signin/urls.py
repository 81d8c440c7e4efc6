"""Addresses of coming in and going out, the same on every organization's and the operators' host."""

from django.urls import path

from console.signin import views

app_name = "signin"

urlpatterns = [
    path("sign-in/", views.start, name="start"),
    path("sign-in/used/", views.used, name="used"),
    path("session/<str:code>/", views.session, name="session"),
    path("sign-out/", views.out, name="out"),
]
