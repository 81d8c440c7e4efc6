"""HEAD under /api/: what GET would answer, without its body."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kernel.http.problem import API_PREFIX


class HeadMiddleware:
    """Let operations see a GET; Ninja knows no HEAD. Content-Length says how long the body would be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD" or not request.path_info.startswith(API_PREFIX):
            return self.get_response(request)
        request.method = "GET"
        response = self.get_response(request)
        request.method = "HEAD"
        if response.content:
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response
