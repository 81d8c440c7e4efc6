"""What lists have in common: closed sets, sparse rows, objects beside their ids."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError

from kernel.http.lists import Expansion, ListQuery, Names, Several, containing, present, sparse
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor


class Shown(BaseModel):
    """A row of a list."""

    id: UUID
    name: str
    note: str | None = None


class Asked(ListQuery):
    """What a list is asked."""

    status: Annotated[Names, Several(Literal["draft", "active"])] = ()
    fields: Annotated[Names, Several(Shown)] = ()
    expand: Annotated[Names, Several("owner", "labels")] = ()


@pytest.mark.parametrize(
    ("sent", "read"),
    [("draft", ("draft",)), ("active,draft", ("active", "draft")), (["draft,active"], ("draft", "active"))],
)
def test_several_values_come_with_commas(sent: Any, read: Names) -> None:
    assert Asked(status=sent).status == read


def test_a_value_that_comes_twice_counts_once() -> None:
    assert Asked(status="draft,draft").status == ("draft",)  # type: ignore[arg-type]


@pytest.mark.parametrize("sent", ["", "Draft", "draft,", "draft, active", "gone"])
def test_what_is_not_in_the_set_is_refused(sent: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Asked(status=sent)  # type: ignore[arg-type]

    assert [error["type"] for error in refused.value.errors()] == ["unknown_value"]


def test_the_document_tells_the_set() -> None:
    properties = Asked.model_json_schema()["properties"]

    assert properties["status"]["pattern"] == "^(draft|active)(,(draft|active))*$"
    assert properties["fields"]["pattern"] == "^(id|name|note)(,(id|name|note))*$"
    assert "owner, labels" in properties["expand"]["description"]


def test_a_sparse_schema_requires_the_id_alone() -> None:
    schema = {"required": ["id", "name"]}

    sparse(schema)

    assert schema == {"required": ["id"]}


def test_rows_keep_their_id_and_the_fields_that_were_asked_for() -> None:
    row = {"id": 1, "name": "a", "note": None}

    assert present([row], actor=SYSTEM) == [row]
    assert present([row], actor=SYSTEM, fields=("name",)) == [{"id": 1, "name": "a"}]


def test_objects_are_loaded_once_for_all_rows() -> None:
    ana, spring, unseen = uuid7(), uuid7(), uuid7()
    asked: list[set[UUID]] = []

    def load(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
        asked.append(set(ids))
        return {id_: {"id": id_} for id_ in ids if id_ != unseen}

    rows: list[dict[str, Any]] = [
        {"id": 1, "owner_id": ana, "label_ids": [spring, unseen]},
        {"id": 2, "owner_id": None, "label_ids": []},
        {"id": 3, "owner_id": unseen, "label_ids": [spring]},
    ]
    expansions = {"owner": Expansion("owner_id", load), "labels": Expansion("label_ids", load)}

    shown = present(rows, actor=SYSTEM, fields=("id",), expand=("owner", "labels"), expansions=expansions)

    assert asked == [{ana, unseen}, {spring, unseen}]
    assert shown == [
        {"id": 1, "owner": {"id": ana}, "labels": [{"id": spring}]},
        {"id": 2, "owner": None, "labels": []},
        {"id": 3, "owner": None, "labels": [{"id": spring}]},
    ]


@pytest.mark.parametrize(("text", "words"), [("", 0), ("   ", 0), ("one two", 2), ("a b c d e f g h i j", 8)])
def test_a_search_asks_for_each_word_up_to_eight(text: str, words: int) -> None:
    condition = containing(text, "name", "sku")

    assert (len(condition.children) if condition else 0) == words
