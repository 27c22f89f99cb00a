"""The product's API in the form of OpenAPI 3.1, made of its operations."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from hub.web.operations import OPERATIONS, TEAM, Operation
from hub.web.problems import MEDIA_TYPE, TITLES

if TYPE_CHECKING:
    from hub.spi import Json

_TEXT: Json = {"type": "string"}

#: What is answered only where a key is needed, and only where there is a body.
_KEYED, _OF_BODIES = {401, 429, 503}, {408, 413, 415}

PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer", "enum": [*TITLES]},
        "detail": _TEXT,
        "parameter": {"type": "string", "description": "What of the query or the body is wrong."},
    },
}


def document(root: str) -> dict[str, Json]:
    """Return the description of the API whose paths begin with *root*."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "provisioning-hub", "version": version("provisioning-hub")},
        "servers": [{"url": root}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": PROBLEM},
        },
        "paths": {
            "/" + "/".join(path): {
                method.lower(): _described(path, operation) for method, operation in operations.items()
            }
            for path, operations in OPERATIONS.items()
        },
    }


def _described(path: tuple[str, ...], operation: Operation) -> dict[str, Json]:
    described: dict[str, Json] = {
        "operationId": operation.id,
        "summary": operation.says,
        "parameters": [*_in_path(path), *_in_query(operation)],
        "responses": {
            "200": _answer("The answer.", "application/json", operation.answer),
            **_others(path, operation),
        },
        "security": [{"token": []}] if TEAM in path else [],
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, **_content("application/json", operation.body)}
    return described


def _in_path(path: tuple[str, ...]) -> list[Json]:
    return [{"name": "team", "in": "path", "required": True, "schema": _TEXT}] if TEAM in path else []


def _in_query(operation: Operation) -> list[Json]:
    return [
        {"name": name, "in": "query", "description": f"{says} One parameter is given.", "schema": _TEXT}
        for name, says in operation.parameters.items()
    ]


def _others(path: tuple[str, ...], operation: Operation) -> dict[str, Json]:
    problem: Json = {"$ref": "#/components/schemas/Problem"}
    kept: dict[str, Json] = {"304": {"description": "What If-None-Match names is still the answer."}}
    never = (set() if TEAM in path else _KEYED) | (set() if operation.body else _OF_BODIES)
    return {
        **(kept if operation.kept else {}),
        **{
            str(status): _answer(title, MEDIA_TYPE, problem)
            for status, title in TITLES.items()
            if status not in never
        },
    }


def _answer(description: str, media: str, schema: Json) -> dict[str, Json]:
    return {"description": f"{description.rstrip('.')}.", **_content(media, schema)}


def _content(media: str, schema: Json) -> dict[str, Json]:
    return {"content": {media: {"schema": schema}}}
