"""A command as someone is about to send it: without an id yet, and without what was seen."""

from datetime import datetime

from msgspec import Struct

from warroom.domain.commands import PersonCommand


class Doubt(Struct, frozen=True):
    """What may have been meant otherwise, and what it means as it stands, each a clause."""

    why: str
    sent: str


class Draft(Struct, frozen=True):
    """What to ask, for whom it was said, and when it happened, where that differs from now.

    Its author may want to think of `doubts` before it is sent.
    """

    command: PersonCommand
    said_by: str | None = None
    occurred_at: datetime | None = None
    doubts: tuple[Doubt, ...] = ()
