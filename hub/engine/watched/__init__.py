"""What is seen of connections: kept, looked through, and made into how they are doing."""
