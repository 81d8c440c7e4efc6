"""Log lines: one JSON object each, with the request, job and organization they belong to."""

import logging
from typing import Any

import structlog

from kernel.tenancy.context import current


def formatter() -> logging.Formatter:
    """Return the formatter of every handler: one JSON object a line. Used by the LOGGING setting."""
    return _formatter(structlog.processors.format_exc_info, structlog.processors.JSONRenderer())


def plain_formatter() -> logging.Formatter:
    """Return the formatter of a terminal: time, level, words."""
    return _formatter(structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False))


def _formatter(*processors: structlog.typing.Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_scope,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *processors],
    )


def _add_scope(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    scope = current()
    if scope is not None:
        if scope.organization is not None:
            line["organization"] = str(scope.organization.id)
        if scope.request_id:
            line["request_id"] = scope.request_id
        if scope.job_id is not None:
            line["job_id"] = str(scope.job_id)
    return line
