"""A browser as far as sign-in needs one: cookies per host, redirects across hosts."""

import secrets
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client


class Browser:
    """One person's browser with an address of its own."""

    def __init__(self, address: str = "") -> None:
        self.address = address or ".".join(str(secrets.randbelow(254) + 1) for _ in range(4))
        self.clients: dict[str, Client] = {}
        self.visited: list[str] = []

    def at(self, host: str) -> Client:
        """The cookies and requests of one host."""
        return self.clients.setdefault(host, Client(raise_request_exception=True))

    def get(self, url: str, **headers: str) -> HttpResponse:
        """Fetch one page."""
        return self._ask("get", url, None, headers)

    def post(self, url: str, data: dict[str, str] | None = None, **headers: str) -> HttpResponse:
        """Send one form."""
        return self._ask("post", url, data or {}, headers)

    def follow(self, response: HttpResponse) -> HttpResponse:
        """Go where the response leads, and on, up to the first page."""
        for _ in range(12):
            if response.status_code not in (301, 302, 303, 307):
                return response
            response = self.get(self.target(response))
        raise AssertionError(f"The redirects never end: {self.visited[-12:]}")

    def target(self, response: HttpResponse) -> str:
        """The absolute address of a redirect."""
        location = response["Location"]
        if urlsplit(location).netloc:
            return location
        here = urlsplit(self.visited[-1])
        return f"{here.scheme}://{here.netloc}{location}"

    def open(self, url: str) -> HttpResponse:
        """Fetch a page and follow its redirects."""
        return self.follow(self.get(url))

    @property
    def here(self) -> str:
        """The last address asked for."""
        return self.visited[-1]

    def _ask(self, method: str, url: str, data: dict[str, str] | None, headers: dict[str, str]) -> HttpResponse:
        parts = urlsplit(url)
        self.visited.append(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        ask = getattr(self.at(parts.netloc), method)
        response: HttpResponse = ask(path, data, headers={"host": parts.netloc, **headers}, REMOTE_ADDR=self.address)
        return response
