"""What answers SCIM: reads and writes, from a request to its answer."""
