"""Use cases: the only room that awaits the store."""
