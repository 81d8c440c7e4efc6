"""Addresses of the sign-in host."""

from django.urls import path

from console.public import invitations, views

app_name = "public"

urlpatterns = [
    path("", views.home, name="home"),
    path("choose/", views.choose, name="choose"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("signed-out/", views.signed_out, name="signed-out"),
    path("find/", views.find, name="find"),
    path("continue/", views.hand_over, name="continue"),
    path("invitation/open/", invitations.invitation),
    path("invitation/<str:token>/", invitations.take_token, name="invitation"),
]
