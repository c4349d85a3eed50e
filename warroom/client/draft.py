"""A command as someone is about to send it: without an id yet, and without what was seen."""

from datetime import datetime

from msgspec import Struct

from warroom.domain.commands import PersonCommand


class Draft(Struct, frozen=True):
    """What to ask, for whom it was said, and when it happened, where that differs from now."""

    command: PersonCommand
    said_by: str | None = None
    occurred_at: datetime | None = None
