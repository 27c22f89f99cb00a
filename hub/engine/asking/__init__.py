"""A request as it comes in: what it asks, under which conditions, and what it shows of who sent it."""
