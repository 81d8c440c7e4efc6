"""Sign-in by e-mail and password: django-allauth's flow and limits on our accounts, which hold no permissions."""

from typing import Any, ClassVar
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from kernel.http.request_id import request_id_of
from kernel.recorder.events import event
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.models import User
from tenants.queries.people import person_by_email
from tenants.signin.commands import ACCOUNT_SIGNED_IN, user_actor
from tenants.signin.sessions import bind


class Backend(AuthenticationBackend):
    """Knows people by e-mail and password and grants nothing: what they may do, the resolver says."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the active account with this e-mail and password. An unknown one costs the same time."""
        email, password = str(credentials.get("email") or ""), str(credentials.get("password") or "")
        if not email or not password:
            return None
        user = person_by_email(email)
        if user is None:
            User().set_password(password)
            return None

        def renew(_password: str) -> None:
            if user.is_active:
                _renew_hash(user, password, request_id_of(request) if request else "")

        return user if check_password(password, user.password, renew) and user.is_active else None

    def get_user(self, user_id: UUID | str) -> User | None:
        """Return the account while it is active."""
        return User.objects.filter(pk=user_id, is_active=True).first()

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False

    def with_perm(self, perm: Any, *args: Any, **kwargs: Any) -> Any:
        """Nobody has any permission by this backend."""
        return User.objects.none()


def _renew_hash(user: User, password: str, request_id: str) -> None:
    """Store the hash as it is made today, in the person's own name. Their sessions elsewhere end, as by any change."""
    renewed = make_password(password)
    with public_scope(actor=user_actor(user), source="console", request_id=request_id):
        records.account_changing(user.pk)
        User.objects.filter(pk=user.pk, password=user.password).update(password=renewed)
    user.refresh_from_db(fields=["password"])


class Adapter(DefaultAccountAdapter):
    """What allauth asks of us: no sign-up, one limit per account whatever host is named, no messages of its own."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from invitations and operators only."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the peer's address; forwarded headers count only where ALLAUTH_TRUSTED_PROXY_COUNT says so."""
        try:
            return str(super().get_client_ip(request))
        except PermissionDenied:
            return "unknown"  # a proxy on a unix socket: everybody shares one limit, nobody escapes it

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth puts the Host header with its port in here, so each port that a caller invents would have tries of
        # its own.
        return str(credentials.get("email") or "").strip().lower()

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page after sign-in says enough."""

    def get_login_stages(self) -> list[str]:
        """Return the steps after the password: allauth's, with our own page for the second factor."""
        stages = [stage for stage in super().get_login_stages() if not stage.startswith("allauth.mfa.")]
        return [*stages, "tenants.signin.second_factor.SecondFactorStage"]

    def login(self, request: HttpRequest, user: Any) -> None:
        """Open the session, once every step is done; the log knows of it or it does not happen."""
        super().login(request, user)
        bind(request)
        event(ACCOUNT_SIGNED_IN, user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Go where the view said."""
        return HttpResponseRedirect(kwargs["redirect_url"])
