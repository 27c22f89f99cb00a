"""What several rooms do in the same way: ask plugins, tell the audit, make credentials."""
