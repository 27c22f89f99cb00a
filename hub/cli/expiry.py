"""When something ends, as a person says it."""

import re
from datetime import UTC, datetime, timedelta

from hub.cli.errors import UsageError
from hub.moments import written


def expiry(text: str, *, now: datetime) -> str:
    """Return the moment that *text* means: a day (its first moment, UTC) or days from *now*, as in 90d."""
    moment = _moment(text, now)
    if moment is None:
        raise UsageError(f"--expires {text}: expected a day as in 2027-01-31, or days from now as in 90d")
    if moment <= now:
        raise UsageError(f"--expires {text}: that is over already")
    return written(moment)


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        if days := re.fullmatch(r"(\d{1,5})d", text, re.ASCII):
            return now + timedelta(days=int(days[1]))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no such day
        pass
    return None
