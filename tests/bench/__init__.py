"""Measurements: commands, not tests."""
