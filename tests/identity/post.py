"""The mail and the other jobs that account pages ask for, carried out here and now."""

import re

from django.core import mail

from kernel.jobs import inline
from kernel.jobs.models import Job


def forget() -> None:
    """Drop the jobs that other tests left, and their mail."""
    Job.objects.using("owner").all().delete()
    mail.outbox.clear()


def deliver() -> None:
    """Carry out every job that is due, and what those ask for."""
    while inline.run_waiting():
        pass


def mails(to: str) -> list[str]:
    """The subjects of what somebody was mailed, in order."""
    return [str(sent.subject) for sent in mail.outbox if sent.to == [to]]


def link(to: str) -> str:
    """The link in the last message to somebody that holds one with a token."""
    found = [re.search(r"http://\S+/[A-Za-z0-9_-]{43}/", str(sent.body)) for sent in mail.outbox if sent.to == [to]]
    return [match.group() for match in found if match][-1]


def token(to: str) -> str:
    """The token of that link."""
    return link(to).rstrip("/").rpartition("/")[2]
