"""The organization's policy on second factors, asked of every request that comes with a session."""

from django.utils.translation import gettext as _

from kernel.errors import NotAllowed
from kernel.http.problem import API_PREFIX
from tenants.doors.request import DoorRequest
from tenants.signin.sessions import MFA


def refuse_without_second_factor(request: DoorRequest) -> bool:
    """Whether the session lacks the second factor that the organization asks for; such a request is nobody's.

    Pages then lead to the sign-in host, which asks for it. The API raises NotAllowed with code
    second_factor_required. Costs no query: the policy is in the organization's record, the use in the session.
    """
    tenant = request.organization
    if tenant is None or not tenant.mfa_required or request.session.get(MFA):
        return False
    if request.path_info.startswith(API_PREFIX):
        raise NotAllowed(
            _("%(name)s asks for a second factor: sign in again with yours.") % {"name": tenant.name},
            code="second_factor_required",
        )
    return True
