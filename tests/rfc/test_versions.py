"""RFC 7644 §3.14: versions of resources, and what depends on them."""

from __future__ import annotations

import pytest

from tests.rfc.provider import PATCH, USER

STALE = 'W/"stale"'


@pytest.fixture
async def jensen(provider):
    """A user."""
    return await provider.user("bjensen")


async def test_section_3_14_the_version_is_the_etag(provider, jensen):
    """§3.14: meta.version and the header ETag say the same, and change with the resource."""
    path = f"/Users/{jensen['id']}"
    before = await provider.ask("GET", path)
    after = await provider.patch(path, {"op": "add", "path": "title", "value": "Guide"})

    assert jensen["meta"]["version"] == before.headers["etag"] == before.json()["meta"]["version"]
    assert before.headers["etag"] != after.headers["etag"] == after.json()["meta"]["version"]


async def test_section_3_14_what_is_known_is_304(provider, jensen):
    """§3.14: If-None-Match with the version that is there spares the body."""
    path = f"/Users/{jensen['id']}"
    known = await provider.ask("GET", path, headers={"if-none-match": jensen["meta"]["version"]})
    changed = await provider.ask("GET", path, headers={"if-none-match": STALE})

    assert (304, b"", 200) == (known.status_code, known.content, changed.status_code)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_section_3_14_what_has_changed_is_412(provider, jensen, method):
    """§3.14: a write with If-Match is done if nobody came between, else it is 412."""
    path, version = f"/Users/{jensen['id']}", jensen["meta"]["version"]
    body = {
        "PUT": {"schemas": [USER], "userName": "bjensen", "title": "Guide"},
        "PATCH": {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "Guide"}]},
        "DELETE": None,
    }[method]
    stale = await provider.refusal(method, path, body, headers={"if-match": STALE})
    unchanged = await provider.get(path)
    done = await provider.ask(method, path, body, headers={"if-match": version})

    assert ((412, None), jensen) == (stale, unchanged)
    assert done.is_success
