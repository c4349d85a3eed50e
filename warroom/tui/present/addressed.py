"""Who is spoken to, `@bo`, or `@tl` for whoever holds the role; and who is given something."""

import re

from warroom.domain.events import Recorded, TextWords
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Role
from warroom.protocol.envelopes import You
from warroom.text import one_line
from warroom.tui.present.given import given

ROLE_HANDLES = {
    "ic": Role.INCIDENT_COMMANDER,
    "dep": Role.DEPUTY,
    "cl": Role.COMMS_LEAD,
    "tl": Role.TECHNICAL_LEAD,
    "scribe": Role.SCRIBE,
}

_HANDLE = re.compile(r"(?<!\w)@([^\W_][\w.\-]*)")


def addressed(entry: Recorded, room: Transcript, you: You) -> str:
    """What an entry says to the reader by their handle or role, or gives to them or takes from
    them, with who does; or nothing."""
    if you.person in {entry.by, entry.speaker}:
        return ""
    who = f"#{entry.seq} {one_line(room.names.name(entry.speaker))}"
    if said := given(entry, room, you.person):
        return f"{who} {said}"
    words = entry.event.words
    if not isinstance(words, TextWords):
        return ""
    if not any(_is(handle, room, you) for handle in _HANDLE.findall(words.text)):
        return ""
    return f"{who}: {one_line(words.text)}"


def _is(handle: str, room: Transcript, you: You) -> bool:
    handle = handle.rstrip(".-").casefold()
    mine = room.names.handles.get(you.person, you.handle)
    role = ROLE_HANDLES.get(handle)
    held = role is not None and room.incident.holder(role) == you.person
    return held or handle == mine.casefold()
