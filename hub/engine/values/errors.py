"""What the engine refuses: what administrators ask for, and what a store cannot do."""


class AdminError(Exception):
    """What an administrator or operator asked for cannot be done; the text says why, and the way out."""


class StoreError(Exception):
    """Something the store says to whoever asked; each kind below means one thing."""


class NameTaken(StoreError):
    """Another resource of the connection has that name; the text is the name."""


class ValueTaken(StoreError):
    """Another resource of the connection has a value that must be unique; the arguments name attributes."""


class UnknownMembers(StoreError):
    """Members that the connection does not have; the arguments are their ids."""


class Overtaken(StoreError):
    """Others came in between, so that nothing of a work can land: it is worth beginning anew."""


class Outdated(StoreError):
    """What a write goes by has been changed since it was read: its connection, or its team."""


class StoreAway(StoreError):
    """The database did not answer in time, although it was asked again and again."""
