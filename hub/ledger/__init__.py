"""The seat ledger: entries, the book they add up to, and which entry comes next."""
