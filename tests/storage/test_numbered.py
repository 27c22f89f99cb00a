"""How statements that are written once are spelt for SQLite."""

from __future__ import annotations

from storage import sqlite
from storage.sqlite import numbered


def test_places_have_numbers():
    """In whatever order they stand, and however often."""
    assert "SELECT ?2, ?1, ?12, ?1" == numbered("SELECT $2, $1, $12, $1")


def test_what_is_long_is_not_kept():
    """Filters are long and all different: kept, they would be as many megabytes."""
    kept = sqlite._numbered.cache_info().currsize

    assert numbered(f"SELECT $1 -- {'x' * 5000}").startswith("SELECT ?1 ")

    assert kept == sqlite._numbered.cache_info().currsize
