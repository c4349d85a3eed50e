"""Rules for a log that goes on: in another hub, or from a backup."""

from typing import assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.commands import RecoveryCommand
from warroom.domain.decide.asked import Code, Ruling, refuse
from warroom.domain.incident import Incident


def rule(i: Incident, command: RecoveryCommand) -> Ruling:
    head = e.Citation(i.seq, i.head)
    match command:
        case c.AdoptLog(key=key):
            if key == i.key:
                refuse(Code.CONFLICT, "this hub keeps the room already")
            return Ruling(e.LogAdopted(key=key, head=head))
        case c.ResumeLog(restore=restore):
            if restore == i.restore:
                refuse(Code.CONFLICT, "the room goes on already")
            return Ruling(e.LogRestored(head=head, restore=restore))
        case unreachable:
            assert_never(unreachable)
