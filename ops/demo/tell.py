"""What the demo prints when it is ready: where to go, as whom, and three calls that work as printed."""

from uuid import UUID

from ops.demo import content
from ops.demo.accounts import MARKETER
from ops.demo.northwind import NORTHWIND
from tenants.addresses import base_url, operator_url, origin
from tenants.slugs import host_of

LINE = "-" * 78


def story(token: str, campaign_id: UUID, import_id: UUID) -> str:
    """Return the whole announcement."""
    northwind, juniper = origin(host_of("northwind")), origin(host_of("juniper"))
    api = base_url("/api/v1")
    signs = [
        ("operator", content.OPERATOR, operator_url()),
        ("org admin", NORTHWIND.admin, f"{northwind}/"),
        ("marketer", MARKETER, f"{northwind}/"),
        ("org admin", content.JUNIPER_ADMIN, f"{juniper}/imports/{import_id}/"),
    ]
    rows = [f"  {role:<10} {person.email:<26} {url}" for role, person, url in signs]
    calls = [
        f'curl -H "Authorization: Bearer {token}" "{api}/me"',
        f'curl -H "Authorization: Bearer {token}" "{api}/campaigns?limit=3"',
        f'curl -H "Authorization: Bearer {token}" "{api}/campaigns/{campaign_id}"',
    ]
    return "\n".join(
        [
            LINE,
            "Campaign Builder is ready.",
            "",
            f"  sign in    {base_url()}    password of everybody: {content.PASSWORD}",
            *rows,
            "",
            f"  the imported browser dump: {juniper}/imports/{import_id}/",
            f"  the API's reference:       {api}/docs",
            "",
            *(f"  {call}" for call in calls),
            "",
            "  Ctrl-C stops everything; the data stays for the next start.",
            LINE,
        ]
    )
