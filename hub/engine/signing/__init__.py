"""Signing in: by which provider, as whom, how it ends, and how long it lasts."""
