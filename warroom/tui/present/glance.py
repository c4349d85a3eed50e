"""What must be seen of a room wherever one is in it."""

from msgspec import Struct

from warroom.domain.alarms import Alarm
from warroom.tui.present.pieces import Piece
from warroom.tui.present.scene import Scene


class Glance(Struct, frozen=True):
    """A room at a moment, how its line stands, and what must not be missed, the worst first.

    `trouble` is a sentence about the line, empty if it is well.
    """

    scene: Scene
    link: Piece
    trouble: str
    alarms: list[Alarm]
