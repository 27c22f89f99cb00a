"""What goes on beside the requests: events told, seats brought to rest, books sealed."""
