"""Two nodes whose statements can be stepped, for one file of tests on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.running import database_for
from tests.stepped.nodes import Nodes
from tests.stepped.nodes import nodes as opened


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def nodes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Two nodes in this process; each schedule has a team of its own in them."""
    data = tmp_path_factory.mktemp("stepped")
    with opened(database_for(request, data), data) as both:
        yield both
