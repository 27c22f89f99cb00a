"""What nobody in particular sends: whatever is put right for everybody is all that is needed."""

from __future__ import annotations

from typing import Final

from hub.spi import Inbound, Quirk

HEARS: Final[tuple[Quirk[Inbound], ...]] = ()
