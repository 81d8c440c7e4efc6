"""What lists have in common, so that each resource declares its closed sets in one line each:

    class CampaignQuery(ListQuery):
        q: Search = ""
        status: Annotated[Names, Several(Status)] = ()
        fields: Annotated[Names, Several(CampaignSummary)] = ()
        expand: Annotated[Names, Several("owner", "product")] = ()

The endpoint gives `present()` the rows as dicts, `fields` and `expand`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Annotated, Any, Literal, Protocol, get_args
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field, StringConstraints
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, Page
from kernel.tenancy.context import Actor

MOST_WORDS = 8

Names = tuple[str, ...]
Search = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    Field(description="Only what has all these words, or parts of words, in its name."),
]


class ListQuery(BaseModel):
    """A place in a list, and whether to count it."""

    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=DEFAULT_PAGE, ge=1, le=LARGEST_PAGE, description="Rows per page.")
    count: Literal["exact"] | None = Field(
        default=None, description="exact: `total` says how many rows all pages have together. Counting costs time."
    )


class Paged(BaseModel):
    """The end of every list: `next` is the cursor of the following page, null at the end."""

    next: str | None
    total: int | None = Field(default=None, description="How many rows there are; only with count=exact.")


class Several:
    """Metadata of a query parameter that takes some of a closed set, separated by commas; its value is a tuple.

    The set is given as texts, as a Literal, or as the schema whose fields it names.
    """

    def __init__(self, *choices: Any) -> None:
        self.choices = tuple(name for choice in choices for name in _names(choice))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        one = f"({'|'.join(self.choices)})"
        return {
            "type": "string",
            "pattern": f"^{one}(,{one})*$",
            "description": _("Some of %(choices)s; with commas between them.") % {"choices": ", ".join(self.choices)},
            "examples": [",".join(self.choices[:2])],
        }

    def _read(self, value: Any) -> Names:
        texts = [value] if isinstance(value, str) else value
        wanted = dict.fromkeys(name for text in texts for name in text.split(","))
        unknown = [name for name in wanted if name not in self.choices]
        if unknown:
            raise PydanticCustomError("unknown_value", _("Known are: {known}."), {"known": ", ".join(self.choices)})
        return tuple(wanted)


class Loader(Protocol):
    """Returns what stands for each id that `actor` may see, all in a constant number of statements."""

    def __call__(self, *, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Expansion:
    """What `expand` puts beside the id, or the list of ids, in `field`: null, or a shorter list, for what is unseen."""

    field: str
    load: Loader


def present(
    rows: Sequence[Mapping[str, Any]],
    *,
    actor: Actor,
    fields: Names = (),
    expand: Names = (),
    expansions: Mapping[str, Expansion] | None = None,
) -> list[dict[str, Any]]:
    """Return `rows` with the `expand`ed objects beside their ids, and of the rest only `fields` (and always the id)."""
    shown = [{name: row[name] for name in row if not fields or name in fields or name == "id"} for row in rows]
    for name in expand:
        expansion = (expansions or {})[name]
        wanted = {id_ for row in rows for id_ in _ids(row[expansion.field])}
        found = expansion.load(actor=actor, ids=wanted) if wanted else {}
        for row, out in zip(rows, shown, strict=True):
            value = row[expansion.field]
            if isinstance(value, list | tuple):
                out[name] = [found[id_] for id_ in value if id_ in found]
            else:
                out[name] = found.get(value)
    return shown


def listed(page: Page[Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the body of a list's answer."""
    total = {} if page.total is None else {"total": page.total}
    return {"items": rows, "next": page.next, **total}


def sparse(schema: dict[str, Any]) -> None:
    """Say in a response's schema that `fields` may leave out everything but the id: json_schema_extra=sparse."""
    schema["required"] = [name for name in schema.get("required", ()) if name == "id"]


def containing(text: str, *columns: str) -> Q | None:
    """Return the condition that each word of `text` is in one of `columns`, whatever its case; None without words.

    kernel.postgres.words_index() is what makes it fast.
    """
    words = text.split()[:MOST_WORDS]
    if not words:
        return None
    return reduce(and_, (reduce(or_, (Q(**{f"{c}__icontains": word}) for c in columns)) for word in words))


def _names(choice: Any) -> Iterable[str]:
    if isinstance(choice, str):
        return (choice,)
    if isinstance(choice, type) and issubclass(choice, BaseModel):
        return tuple(choice.model_fields)
    return tuple(str(value) for value in get_args(choice))


def _ids(value: Any) -> Iterable[UUID]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)
