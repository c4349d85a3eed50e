"""From a line of the composer to what it asks for. Pure."""

from datetime import datetime

from warroom.client.draft import Draft
from warroom.domain.commands import Post
from warroom.domain.transcript import Transcript
from warroom.text import visible
from warroom.words.interpret import OpenDraft, Shown, interpret
from warroom.words.parse import read_line


def understand(
    text: str, room: Transcript, now: datetime, me: str, *, as_note: bool
) -> list[Draft] | Shown:
    """The commands that a line asks for, or what it asks to see. Raises `Misread`.

    `as_note` posts the text as it is: it was pasted, or begins with a slash and is no word.
    """
    if as_note:
        return [Draft(Post(text=visible(text).strip("\n")))]
    return interpret(read_line(text), room, now, me)


def draft_line(draft: OpenDraft) -> tuple[str, str]:
    """What stands before and after the text of an update in the line that drafts it."""
    correction = f"corrects U{draft.corrects} " if draft.corrects else ""
    cited = "".join(f" #{seq}" for seq in draft.cites)
    return f"/update {draft.audience} {correction}", cited
