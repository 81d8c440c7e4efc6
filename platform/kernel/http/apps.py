from django.apps import AppConfig


class HttpConfig(AppConfig):
    """No models: an app only for its templates and static files."""

    name = "kernel.http"
    label = "http"
    verbose_name = "HTTP conventions"
