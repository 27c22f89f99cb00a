"""Puts the house together: the one place that knows how its parts are made of each other."""

from .assembling import assemble

__all__ = ["assemble"]
