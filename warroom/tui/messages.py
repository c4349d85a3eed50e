"""Everything that the desk tells the screens: posted in floods, handled one a frame.

All but words for a person say only *that* something moved; who handles one looks at the desk
for what is true by then. So a newer message can take the place of one that still waits.
"""

from typing import TypeAlias

from textual.message import Message

from warroom.client import desk
from warroom.client.inviting import InviteMade
from warroom.client.replica import Reopen, Returned


class LineMoved(Message, bubble=False):
    """The line to the hub is another, or stands otherwise."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LineMoved)


class RoomsMoved(Message, bubble=False):
    """The lobby has changed."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, RoomsMoved)


class RoomMoved(Message, bubble=False):
    """A room has changed: entries, what is sending, who is here, how it stands to the hub."""

    def __init__(self, log: str) -> None:
        super().__init__()
        self.log = log

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, RoomMoved) and message.log == self.log


class Declined(Message, bubble=False):
    """A command of ours was declined for good. `id` is the command's, `text` says why.

    `typed` is the line it was written in, if that is known from an earlier process.
    """

    def __init__(self, log: str, id: str, text: str, typed: str = "") -> None:
        super().__init__()
        self.log = log
        self.id = id
        self.text = text
        self.typed = typed


class Said(Message, bubble=False):
    """Something that a person should know, wherever they are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class InviteAnswered(Message, bubble=False):
    """An invite that was asked for, by its id; without one, `why` there is none."""

    def __init__(self, id: str, made: InviteMade | None, why: str = "") -> None:
        super().__init__()
        self.id = id
        self.made = made
        self.why = why


DeskMessage: TypeAlias = LineMoved | RoomsMoved | RoomMoved | Declined | Said | InviteAnswered


def translated(event: desk.DeskEvent) -> list[DeskMessage]:
    """What the screens are told of an event of the desk."""
    match event:
        case desk.LineChanged():
            return [LineMoved()]
        case desk.RoomsChanged():
            return [RoomsMoved()]
        case desk.RoomShut(log=log):
            return [RoomMoved(log)]
        case desk.Failure(text=text):
            return [Said(text)]
        case InviteMade(id=id_):
            return [InviteAnswered(id_, event)]
        case desk.InviteRefused(id=id_, text=text):
            return [InviteAnswered(id_, None, text)]
        case desk.RoomChanged(log=log, change=Returned(pending=pending, text=text)):
            return [RoomMoved(log), Declined(log, pending.submit.id, text, pending.typed)]
        case desk.RoomChanged(log=log, change=Reopen(why=why)):
            return [RoomMoved(log), Said(f"asking for this room again: {why}")]
        case desk.RoomChanged(log=log):
            return [RoomMoved(log)]
