"""The tests: rooms mirror the code's; the rest are about the house as a whole."""
