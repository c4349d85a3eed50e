"""An invite, and why there is none, in words. Its code stands in one line only."""

from warroom.client.connection import Line, LineState
from warroom.client.inviting import WITHOUT_WARROOM, InviteMade
from warroom.protocol.envelopes import You
from warroom.text import one_line
from warroom.tui.present.pieces import Piece, Pieces, Tone

ASKING: list[Pieces] = [(Piece("asking the hub for an invite ...", Tone.QUIET),)]

COPIED = "the line is copied: paste it where only they read it"

NO_LINE = "an invite needs the hub, and there is no line to it; enter again when it is back"

_OPERATOR = (
    "only whoever runs the hub makes invites: ask them for one; on the hub's machine, as the user "
    "that it runs as, it is `warroom invite`"
)


def hindrance(you: You | None, line: Line) -> str:
    """Why the hub cannot be asked for an invite; empty if it can."""
    if you is None or line.state not in {LineState.LIVE, LineState.STALE}:
        return NO_LINE
    return "" if you.operator else _OPERATOR


def lines(made: InviteMade) -> list[Pieces]:
    """The invite, and what its reader does with it."""
    return [
        (Piece(one_line(made.command), Tone.STRONG),),
        (Piece(""),),
        (Piece(made.terms),),
        (Piece("It is worth as much as a key, and shown this once: esc puts it away for good."),),
        (Piece("y copies it. Pass it on where only they read it; they run it on their machine."),),
        (Piece(f"{WITHOUT_WARROOM[0].upper()}{WITHOUT_WARROOM[1:]}."),),
        (Piece(f"Changed your mind: warroom revoke {made.id}", Tone.QUIET),),
    ]


def unseen(id_: str, made: InviteMade | None, why: str) -> str:
    """What became of an invite whose page was closed before the answer came."""
    if made is None:
        return f"there is no invite: {one_line(why)}"
    return f"invite {id_} was made, and nobody has seen it: warroom revoke {id_} ends it"
