"""What a request makes its answer depend on: the version that its sender has seen (RFC 7644 §3.14)."""

from __future__ import annotations

from attrs import frozen

from hub.scim.errors import PreconditionFailed

#: Stands for every version there is.
ANY = "*"


@frozen(kw_only=True)
class Conditions:
    """Entity tags, each in its quotes and without `W/`, or `ANY`; None where the header was not sent.

    RFC 9110 §13.1.1 would have no weak tag match `If-Match`; in SCIM weak ones are what there is.
    """

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None

    def check(self, version: int) -> None:
        """Raise `PreconditionFailed` where *match* was sent and does not name this version.

        The version alone decides: a user's tag also tells of groups, which a write does not touch.
        """
        if self.match is not None and not _names(self.match, version):
            raise PreconditionFailed("the resource has changed: read it again, its version is in meta")

    def check_write(self, version: int) -> None:
        """Raise `PreconditionFailed` as `check` does, and where *none_match* names that version."""
        self.check(version)
        if self.none_match is not None and _names(self.none_match, version):
            raise PreconditionFailed("the resource is at a version that If-None-Match names")

    def is_known(self, tag: str) -> bool:
        """Say whether *none_match* names the entity *tag*: then nothing has to be sent again."""
        known = self.none_match or frozenset()
        return ANY in known or tag.removeprefix("W/") in known


#: What a request depends on that has neither header: nothing.
NO_CONDITIONS = Conditions()


def _names(tags: frozenset[str], version: int) -> bool:
    return ANY in tags or any(tag.strip('"').partition("-")[0] == str(version) for tag in tags)
