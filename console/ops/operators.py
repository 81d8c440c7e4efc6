"""Who runs the platform."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from console.guards import operator_page
from tenants.queries.operators import operators


@operator_page
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All operators."""
    rows = [
        {
            "name": operator.user.name,
            "email": operator.user.email,
            "is_active": operator.user.is_active,
            "created_at": operator.created_at,
            "last_login": operator.user.last_login,
        }
        for operator in operators()
    ]
    return render(request, "console/ops/operators.html", {"operators": rows})
