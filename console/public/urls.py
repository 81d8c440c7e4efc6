"""Addresses of the sign-in host."""

from django.urls import path

from console.public import account, email, invitations, password, second_factor, security, sessions, views
from console.signin import pictures

app_name = "public"

urlpatterns = [
    path("", views.home, name="home"),
    path("choose/", views.choose, name="choose"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("signed-out/", views.signed_out, name="signed-out"),
    path("find/", views.find, name="find"),
    path("continue/", views.hand_over, name="continue"),
    path("password/", password.forgot, name="password-forgot"),
    path("password/reset/open/", password.reset),
    path("password/reset/<str:token>/", password.take_token, name="password-reset"),
    path("account/", account.profile, name="account"),
    path("account/picture/", account.picture, name="account-picture"),
    path("account/picture/remove/", account.remove_picture, name="account-picture-remove"),
    path("account/pictures/<uuid:user_id>/<str:digest>.webp", pictures.picture),
    path("account/password/", password.change, name="account-password"),
    path("account/email/", email.page, name="account-email"),
    path("account/email/confirm/open/", email.confirm),
    path("account/email/confirm/<str:token>/", email.take_token, name="account-email-confirm"),
    path("invitation/open/", invitations.invitation),
    path("invitation/<str:token>/", invitations.take_token, name="invitation"),
    path("second-factor/", second_factor.ask, name="second-factor"),
    path("second-factor/needed/", second_factor.needed, name="second-factor-needed"),
    path("account/security/", security.page, name="account-security"),
    path("account/security/set-up/", security.set_up, name="account-second-factor"),
    path("account/security/turn-off/", security.turn_off, name="account-second-factor-off"),
    path("account/security/recovery-codes/", security.recovery_codes, name="account-recovery-codes"),
    path("account/security/recovery-codes/text/", security.recovery_file, name="account-recovery-file"),
    path("account/security/recovery-codes/new/", security.renew, name="account-recovery-renew"),
    path("account/sessions/", sessions.page, name="account-sessions"),
    path("account/sessions/others/end/", sessions.revoke_others, name="account-sessions-end"),
    path("account/sessions/<uuid:session_id>/end/", sessions.revoke, name="account-session-end"),
]
