"""What the product's API says of its own answers, and whether they are so."""

from __future__ import annotations

from typing import Any

from hub.web.openapi import document

DOCUMENT: Any = document("/api/v1")
PATH = "/teams/{team}/entitlements"

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}

#: What of JSON Schema is read, and what is for people.
READ = {"type", "enum", "required", "properties", "additionalProperties", "items", "maxItems", "minLength"}
TOLD = {"description", "format"}


def said(method: str, status: int, media: str = "application/json", path: str = PATH) -> Any:
    """Return the schema of that answer."""
    return DOCUMENT["paths"][path][method]["responses"][str(status)]["content"][media]["schema"]


def faults(value: Any, schema: Any, place: str = "$") -> list[str]:
    """Return where *value* is not what *schema* says; of what our schemas say nothing is passed over."""
    if "$ref" in schema:
        return faults(value, DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], place)
    assert schema.keys() <= READ | TOLD, schema
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if type(value) not in {TYPES[each] for each in types}:
        return [f"{place}: {value!r} is no {types}"]
    found = [] if value in schema.get("enum", [value]) else [f"{place}: {value!r} is none of the enum"]
    if isinstance(value, dict) and "properties" in schema:
        assert not schema["additionalProperties"]
        found += [f"{place}: lacks {name}" for name in schema["required"] if name not in value]
        found += [f"{place}: has {name}" for name in value if name not in schema["properties"]]
        for name in value.keys() & schema["properties"].keys():
            found += faults(value[name], schema["properties"][name], f"{place}.{name}")
    if isinstance(value, list):
        found += [f"{place}: is longer"] * (len(value) > schema.get("maxItems", len(value)))
        found += [fault for each in value for fault in faults(each, schema["items"], f"{place}[]")]
    if isinstance(value, str):
        found += [f"{place}: is shorter"] * (len(value) < schema.get("minLength", 0))
    return found
