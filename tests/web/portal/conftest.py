"""A whole hub in this process, for one file of tests of its pages."""

from __future__ import annotations

from tests.conftest import house

__all__ = ["house"]
