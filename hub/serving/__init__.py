"""How the hub is served: in one process, or by a master and its workers."""

from .listening import CannotListen, listening
from .master import serve
from .worker import tame_worker

__all__ = ["CannotListen", "listening", "serve", "tame_worker"]
