"""`interpret`: what someone said, in a room, now, becomes the commands that it asks for. Pure.

What a word needs of its own stands with its family: `notes`, `lifecycle`, `roles`,
`decisions`, `actions`, `updates`, `people`, `inviting`. Whether a command is granted is for the
hub to say.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from warroom.client.draft import Draft
from warroom.domain.commands import CallRoll, PersonCommand
from warroom.domain.transcript import Transcript
from warroom.text import visible
from warroom.words.interpret import (
    actions,
    decisions,
    inviting,
    lifecycle,
    notes,
    people,
    roles,
    updates,
)
from warroom.words.interpret.reader import Present, Reader, nobody
from warroom.words.limits import hold_to_limits
from warroom.words.misread import Misread
from warroom.words.parse import Said
from warroom.words.shown import OpenDraft, ShowBrief, Shown
from warroom.words.table import find

__all__ = ["Draft", "OpenDraft", "ShowBrief", "Shown", "interpret"]


def brief(line: Reader) -> ShowBrief:
    copy = line.take_if("copy")
    line.end()
    return ShowBrief(copy)


Meaning: TypeAlias = Callable[[Reader], list[PersonCommand] | Shown]

MEANINGS: dict[str, Meaning] = {
    "post": notes.post,
    "obs": notes.obs,
    "hyp": notes.hyp,
    "propose": decisions.propose,
    "decide": decisions.decide,
    "object": decisions.object_to,
    "withdraw": decisions.withdraw,
    "act": actions.act,
    "role": roles.role,
    "status": lifecycle.status,
    "sev": lifecycle.sev,
    "update": updates.update,
    "amend": notes.amend,
    "strike": notes.strike,
    "redact": notes.redact,
    "hold": notes.hold,
    "unhold": notes.unhold,
    "promote": notes.promote,
    "here": people.here,
    "restrict": people.restrict,
    "admit": people.admit,
    "remove": people.remove,
    "name": people.name,
    "title": lifecycle.title,
    "info": lifecycle.info,
    "brief": brief,
    "invite": inviting.invite,
}


def interpret(
    said: Said, room: Transcript, now: datetime, me: str, present: Present = nobody
) -> list[Draft] | Shown:
    """The commands that a line asks for, in order, or what it asks to see. Raises `Misread`.

    `me` is the person who says it. Someone whom the room does not know may be `present`; someone
    unknown who is quoted is called by voice first.
    """
    word = find(said.word, short=False)
    if word is None:
        raise Misread(f"there is no word {said.word}")
    try:
        line = Reader(word, replace(said, rest=visible(said.rest)), room, now, me, present)
        meant = MEANINGS[word.name](line)
        if not isinstance(meant, list):
            line.no_marks_left()
            hold_to_limits(meant)
            return meant
        at = line.occurred_at()
        line.no_marks_left()
        for command in meant:
            hold_to_limits(command)
    except Misread as error:
        raise Misread(error.text, word.usage) from None
    calls = [Draft(CallRoll(people=tuple(line.calls)))] if line.calls else []
    doubts = tuple(line.doubts)
    return [*calls, *(Draft(command, line.said_by, at, doubts) for command in meant)]
