"""What a desk tells the screen."""

from typing import TypeAlias

from msgspec import Struct

from warroom.client.connection import Line
from warroom.client.inviting import InviteMade, InviteRefused
from warroom.client.replica import Change
from warroom.protocol.envelopes import RoomSummary


class LineChanged(Struct, frozen=True):
    """The line to the hub stands otherwise."""

    line: Line


class RoomsChanged(Struct, frozen=True):
    """The lobby as it is now."""

    rooms: tuple[RoomSummary, ...]


class RoomChanged(Struct, frozen=True):
    """Something changed in an open room; its replica holds the outcome."""

    log: str
    change: Change


class Failure(Struct, frozen=True):
    """Something other than a command was refused. `text` is for a person."""

    text: str
    log: str | None


class RoomShut(Struct, frozen=True):
    """A room that was open is open to us no longer: we were removed from it."""

    log: str


DeskEvent: TypeAlias = (
    LineChanged | RoomsChanged | RoomChanged | RoomShut | Failure | InviteMade | InviteRefused
)
