"""From a line of the composer to what it asks for. Pure."""

from datetime import datetime

from warroom.client.draft import Draft
from warroom.client.inviting import InviteWanted
from warroom.domain.commands import Post
from warroom.domain.transcript import Transcript
from warroom.text import visible
from warroom.words.interpret import OpenDraft, Shown, interpret
from warroom.words.interpret.reader import Present, nobody
from warroom.words.parse import read_line
from warroom.words.templates import Beginning, begin


def understand(
    text: str,
    room: Transcript,
    now: datetime,
    me: str,
    present: Present = nobody,
    *,
    as_note: bool,
) -> list[Draft] | Shown:
    """The commands that a line asks for, or what it asks to see. Raises `Misread`.

    `as_note` posts the text as it is: it was pasted, or begins with a slash and is no word.
    """
    if as_note:
        return [Draft(Post(text=visible(text).strip("\n")))]
    return interpret(read_line(text), room, now, me, present)


def understand_invite(text: str, now: datetime) -> InviteWanted:
    """The invite that a line of the lobby asks for: no room is meant there that is not named.

    Raises `Misread`.
    """
    wanted = interpret(read_line(text), Transcript(""), now, "")
    assert isinstance(wanted, InviteWanted)
    return wanted


def draft_line(draft: OpenDraft, room: Transcript, now: datetime) -> tuple[str, str]:
    """What stands before and after the cursor in the line that drafts an update.

    A draft begins with the template of its stage, a correction with the text that it corrects.
    """
    correction = f"corrects U{draft.corrects} " if draft.corrects else ""
    begun = _beginning(draft, room, now)
    cites = dict.fromkeys((*draft.cites, *begun.cites))
    cited = "".join(f" #{seq}" for seq in cites)
    return f"/update {draft.audience} {correction}{begun.text}", cited


def _beginning(draft: OpenDraft, room: Transcript, now: datetime) -> Beginning:
    corrected = room.incident.updates.get(draft.corrects or 0)
    if corrected is not None:
        return Beginning(visible(room.text(corrected.text.seq)), corrected.cites)
    return begin(room, now, draft.audience)
