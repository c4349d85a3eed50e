"""An invite on the screen: shown once to whoever asked for it, and kept nowhere."""

from collections.abc import Callable
from typing import Any

from textual import on
from textual.screen import Screen

from warroom.client.inviting import InviteMade, InviteWanted
from warroom.text import one_line
from warroom.tui.messages import InviteAnswered
from warroom.tui.port import AnyDesk
from warroom.tui.present import inviting
from warroom.tui.present.pieces import Piece
from warroom.tui.screens.reading import ReadingScreen


def ask_invite(
    screen: Screen[Any], desk: AnyDesk, wanted: InviteWanted, refused: Callable[[str], None]
) -> str:
    """Ask the hub for an invite, on a page over a screen; why it cannot be asked, empty if it is.

    `refused` is told why the hub does not make it.
    """
    if why := inviting.hindrance(desk.you, desk.line):
        return why
    if (asked := desk.invite(wanted)) is None:
        return inviting.NO_LINE
    screen.app.push_screen(InviteScreen(asked, refused))
    return ""


class InviteScreen(ReadingScreen):
    """The invite with the id `asked`, once there is one; `refused` is told why there is none.

    It is there as soon as it is asked for, so that nothing comes up while its reader types on.
    """

    def __init__(self, asked: str, refused: Callable[[str], None]) -> None:
        super().__init__("invite", inviting.ASKING)
        self.asked = asked
        self._refused = refused
        self._made: InviteMade | None = None

    @on(InviteAnswered)
    def _answered(self, message: InviteAnswered) -> None:
        if message.id != self.asked:
            return
        if message.made is not None:
            self._made = message.made
            self.show(inviting.lines(message.made))
        elif self.is_current:
            self.dismiss()
            self._refused(message.why)
        else:
            # Under another screen it cannot go, and says why itself.
            self.show([(Piece(one_line(message.why)),)])

    def action_copy(self) -> None:
        """Copy the line that lets someone in, and nothing else."""
        if self._made is not None:
            self.app.copy_to_clipboard(self._made.command)
            self.app.notify(inviting.COPIED, markup=False)
