"""The SQL function through which the runtime role, which may only read the log, writes semantic entries."""

from collections.abc import Iterable

from kernel.recorder.entry_sql import ACCESS, ACCESS_EVENT, DEFINER, declarations, insert, literal, quoted

NAME = "audit_event"
_REFUSAL = "An event is named as subject.verb; changes of rows record themselves."
_ARGUMENTS = "(text, integer, text, text, jsonb)"


def install(schema: str) -> Iterable[str]:
    """Return the statements that make the function in `schema`; nobody may execute it until it is granted."""
    yield (
        f"CREATE OR REPLACE FUNCTION {quoted(schema, NAME)}"
        "(_event text, _content_type integer, _object_pk text, _label text, _data jsonb) RETURNS uuid\n"
        f"{DEFINER}\nAS $record${body(schema)}$record$"
    )
    yield f"REVOKE ALL ON FUNCTION {quoted(schema, NAME)}{_ARGUMENTS} FROM PUBLIC"


def remove(schema: str) -> Iterable[str]:
    """Return the statements that drop the function."""
    yield f"DROP FUNCTION IF EXISTS {quoted(schema, NAME)}{_ARGUMENTS}"


def grant(schema: str, role: str) -> str:
    """Return the statement that lets `role` write semantic entries into `schema`'s log."""
    return f"GRANT EXECUTE ON FUNCTION {quoted(schema, NAME)}{_ARGUMENTS} TO {quoted(role)}"


def body(schema: str) -> str:
    """Return the function's body. It refuses the events that row triggers write, so nobody can pass for them."""
    values = {
        "content_type_id": "_content_type",
        "object_pk": "_object_pk",
        "object_repr": "_label",
        "action": str(ACCESS),
        "event": "_event",
        "additional_data": "_data",
    }
    return (
        f"\n{declarations('_id uuid')}BEGIN\n"
        f"    IF position('.' IN _event) = 0 AND _event <> {literal(ACCESS_EVENT)} THEN\n"
        f"        RAISE check_violation USING MESSAGE = {literal(_REFUSAL)};\n"
        "    END IF;\n"
        f"    {insert(schema, values)}\n    RETURNING id INTO _id;\n"
        "    RETURN _id;\nEND\n"
    )
