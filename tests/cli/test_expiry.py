"""When a token ends is said as a day or as a number of days."""

from datetime import UTC, datetime

import pytest

from hub.cli.errors import UsageError
from hub.cli.expiry import expiry

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("2027-01-31T00:00:00.000Z", "2027-01-31"),
        ("2026-11-25T00:00:00.000Z", "2026-11-25"),
        ("2027-02-22T12:00:00.000Z", "90d"),
    ],
)
def test_moment_is_understood(expected, text):
    """A day means its first moment, days count from now."""
    assert expected == expiry(text, now=NOW)


@pytest.mark.parametrize(
    "text", ["", "90", "d", "-1d", "1.5d", "2027-02-30", "2027-1-31", "tomorrow", "99999d" * 2, "٣d"]
)
def test_what_means_nothing_is_refused(text):
    """Anything else is refused with an example of what is understood."""
    with pytest.raises(UsageError, match="expected a day as in 2027-01-31, or days from now as in 90d"):
        expiry(text, now=NOW)


@pytest.mark.parametrize("text", ["2026-11-24", "1999-01-01", "0d"])
def test_what_is_over_is_refused(text):
    """A token that would never be valid is not made."""
    with pytest.raises(UsageError, match="over already"):
        expiry(text, now=NOW)
