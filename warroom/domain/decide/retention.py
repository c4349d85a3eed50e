"""Rules for how long words are kept: a room is held by anyone, and only time erases."""

from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.asked import Asked, Code, Ruling, refuse
from warroom.domain.events import TextWords
from warroom.domain.incident import Incident
from warroom.domain.retention import expirable

RetentionCommand: TypeAlias = c.Hold | c.Unhold | c.ExpireWords


def rule(i: Incident, command: RetentionCommand, asked: Asked) -> Ruling:
    match command:
        case c.Hold(reason=reason):
            if i.held is not None:
                refuse(
                    Code.CONFLICT,
                    f"this room is held already, since #{i.held.seq} by {{about}}",
                    i.held.speaker,
                )
            return Ruling(e.RoomHeld(words=TextWords(reason)))
        case c.Unhold(reason=reason):
            if i.held is None:
                refuse(Code.CONFLICT, "this room is not held")
            return Ruling(e.RoomUnheld(words=TextWords(reason)), (i.held.id,))
        case c.ExpireWords(days=days):
            old = expirable(i, days, asked.at)
            if old is None:
                refuse(Code.NOT_DUE, "nothing here has been kept for so long")
            return Ruling(e.WordsExpired(through=old.citation, days=days), (old.id,))
        case unreachable:
            assert_never(unreachable)
