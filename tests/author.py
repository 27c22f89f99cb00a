"""Who does in tests what an administrator does."""

from __future__ import annotations

from hub.engine.values.notes import Author

BY = Author(name="cli:tests")
