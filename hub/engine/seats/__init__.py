"""Seats: who is to have which, by which rules, out of how many, and what is told of it."""
