"""Files of products as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from catalog.files.queries import FileState
from catalog.models import ProductFile, ProductFileRow
from catalog.schemas import Short, Status
from kernel.http.lists import Names, Paged, Search, Several
from kernel.http.output import instant
from kernel.http.strict import Id, Input

Match = Literal["sku", "external_id"]
Kind = Literal["csv", "jsonl"]
State = Literal["uploaded", "checking", "ready", "running", "done", "failed"]
Result = Literal["created", "updated", "unchanged", "rejected"]
_EXPORT: JsonDict = {"format": "csv", "status": ["active"]}


class SendQuery(BaseModel):
    """Where the file's products go, and how its rows are told apart."""

    catalog_id: Id = Field(description="The catalog that the products are in, or come into.")
    match: Match = Field(default="sku", description="Rows with the number of a product change it, others create one.")
    file_name: Annotated[str, Field(max_length=255)] = ""


class FileMapping(Input):
    """Which column is which field; columns left out are not read."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"match": "sku", "mapping": {"Article number": "sku", "Title": "name"}}]}
    )

    match: Match = "sku"
    mapping: Annotated[
        dict[Annotated[str, Field(max_length=120)], Annotated[str, Field(max_length=60)]],
        Field(max_length=200, description="By column: sku, name, price, ..., attributes.<key>, or nothing."),
    ]


class ExportCreate(Input):
    """Which products to write into a file; without filters all that you may see."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXPORT]})

    format: Kind = "csv"
    catalog_id: Id | None = None
    label_id: Id | None = None
    owner_id: Id | None = None
    team_id: Id | None = None
    status: Annotated[list[Status], Field(max_length=3)] = Field(default_factory=list)
    brand: Short | None = None
    category: Short | None = None
    q: Search = ""


class FileOut(BaseModel):
    """An import or an export. `mapping` says which column is which field, `counts` what the rows came, or come, to."""

    id: UUID
    direction: Literal["import", "export"]
    catalog_id: UUID | None
    format: Kind
    file_name: str
    size: int
    state: State
    error: str
    columns: list[str]
    mapping: dict[str, str]
    match: Match
    rows: int
    counts: dict[str, int]
    created_by_id: UUID | None
    created_at: datetime
    finished_at: datetime | None


class FileList(Paged):
    """One page of files, newest first."""

    items: list[FileOut]


class FileQuery(BaseModel):
    """Filters and place of the list of files."""

    direction: Literal["import", "export"] | None = Field(default=None, description="Only imports, or only exports.")
    catalog_id: Id | None = Field(default=None, description="Only files of this catalog.")
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


class ProductFileRowOut(BaseModel):
    """What became, or becomes, of a row; `field` and `code` say why it was rejected."""

    number: int
    result: Result | Literal[""]
    code: str
    field: str
    message: str
    product_id: UUID | None
    cells: dict[str, Any]


class RowList(Paged):
    """One page of a file's rows, in their order."""

    items: list[ProductFileRowOut]


class RowQuery(BaseModel):
    """Filters and place of the list of rows."""

    result: Annotated[Names, Several(Result)] = ()
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


def file_out(file: ProductFile, state: FileState) -> dict[str, Any]:
    """Return what FileOut describes."""
    return {
        "id": file.pk,
        "direction": file.direction,
        "catalog_id": file.catalog_id,
        "format": file.format,
        "file_name": file.file_name,
        "size": file.size,
        "state": state.state,
        "error": state.error,
        "columns": file.columns,
        "mapping": file.mapping,
        "match": file.match,
        "rows": file.rows,
        "counts": file.counts,
        "created_by_id": file.created_by_id,
        "created_at": instant(file.created_at),
        "finished_at": instant(file.finished_at),
    }


def row_out(row: ProductFileRow) -> dict[str, Any]:
    """Return what ProductFileRowOut describes."""
    return {
        "number": row.number,
        "result": row.result,
        "code": row.code,
        "field": row.field,
        "message": row.message,
        "product_id": row.product_id,
        "cells": row.cells,
    }
