"""Who is spoken to: `@bo`, or `@tl` for whoever holds the role."""

import re

from warroom.domain.events import Recorded, TextWords
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Role
from warroom.text import one_line

ROLE_HANDLES = {
    "ic": Role.INCIDENT_COMMANDER,
    "dep": Role.DEPUTY,
    "cl": Role.COMMS_LEAD,
    "tl": Role.TECHNICAL_LEAD,
    "scribe": Role.SCRIBE,
}

_HANDLE = re.compile(r"(?<!\w)@([^\W_][\w.\-]*)")


def addressed(entry: Recorded, room: Transcript, me: str) -> str:
    """What an entry says to the reader by their handle or role, with who says it; or nothing."""
    words = entry.event.words
    if not isinstance(words, TextWords) or me in {entry.by, entry.speaker}:
        return ""
    if not any(_is(handle, room, me) for handle in _HANDLE.findall(words.text)):
        return ""
    return f"#{entry.seq} {one_line(room.names.name(entry.speaker))}: {one_line(words.text)}"


def _is(handle: str, room: Transcript, me: str) -> bool:
    handle = handle.rstrip(".-").casefold()
    if handle == room.names.handle(me).casefold():
        return True
    role = ROLE_HANDLES.get(handle)
    return role is not None and room.incident.holder(role) == me
