"""The only place where keys of the cache are formed, so that no two things ever share one."""

from urllib.parse import quote

from django.conf import settings

PUBLIC = "public"


def key(owner: str, *parts: str) -> str:
    """Return the key of `parts` within `owner`: an organization's id as text, or PUBLIC.

    Different arguments never give the same key, whatever characters they hold. The owner stands in braces, so that
    all keys of one organization live in one slot of a cluster.
    """
    namespace = getattr(settings, "CACHE_NAMESPACE", "cb")
    escaped = [quote(part, safe="", errors="surrogatepass") for part in (owner, *parts)]
    return ":".join([namespace, "{" + escaped[0] + "}", *escaped[1:]])
