"""What becomes of a line: it is understood and sent, shown what it asks for, or given back."""

import os
from datetime import datetime
from typing import assert_never

from textual import on

from warroom.client.draft import Draft
from warroom.client.inviting import InviteWanted
from warroom.domain.vocabulary import Scope
from warroom.text import one_line
from warroom.tui.present.choices import Completion
from warroom.tui.present.pieces import Piece, Pieces, Tone
from warroom.tui.present.scene import Scene
from warroom.tui.present.waiting import needs_hub
from warroom.tui.screens.waiting import WaitingOfRoom
from warroom.tui.widgets.composer import Composer
from warroom.words.misread import Misread, UnknownWord
from warroom.words.shown import OpenDraft, ShowBrief, Shown


class SpeakingOfRoom(WaitingOfRoom):
    """The part of a room's screen that answers its composer."""

    @property
    def scene(self) -> Scene:
        """The room as it is now."""
        raise NotImplementedError

    def completion(self, text: str) -> Completion:
        """What could follow the text."""
        from warroom.tui.present.completion import Speaker, complete

        you = self.desk.you
        scope = you.scope if you else Scope.RESPONDER
        me = Speaker(self.me, scope, operator=you is not None and you.operator)
        return complete(text, self.replica.room, me, self.replica.here.values())

    def action_edit(self) -> None:
        """Write the line in the person's own editor."""
        self.run_worker(self._edit(), name="editor", group="editor", exclusive=True)

    async def _edit(self) -> None:
        from warroom.tui.editor import NotEdited, edit

        composer = self.composer
        try:
            text = await edit(self.app, composer.text, os.environ)
        except NotEdited as error:
            self.memory.history.keep(error.saved)
            composer.complain(one_line(error.why))
            return
        finally:
            self.desk.touch()
        composer.write(text)
        composer.say("enter sends it")

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        """Send what was written, or say what is wrong with it and keep it."""
        from warroom.tui.present.doubts import doubts
        from warroom.tui.speaking import understand

        replica, at = self.replica, self.desk.now()
        try:
            meant = understand(
                event.text, replica.room, at, self.me, replica.present, as_note=event.as_note
            )
        except UnknownWord as error:
            why = f"{error.text}; enter again posts it as a note"
            self._give_back(event.text, why, may_post=True)
            return
        except Misread as error:
            self._give_back(event.text, error.text)
            return
        if isinstance(meant, list):
            if why := self.hindrance(meant):
                self._give_back(event.text, why)
                return
            if not event.sure and (why := doubts(meant, self.scene)):
                self._give_back(event.text, why, may_send=True)
                return
        if not event.block:
            self.composer.accepted(event.text)
        if isinstance(meant, list):
            self.send(meant, event.text)
        elif why := self._look_at(meant, event.text, at):
            self._give_back(event.text, why)

    def hindrance(self, drafts: list[Draft]) -> str:
        """Why these commands cannot be given now; empty if they can, or can wait."""
        replica = self.replica
        return needs_hub(drafts, self.desk.line, replica.sync, recovering=replica.recovering)

    def _give_back(
        self, text: str, why: str, *, may_post: bool = False, may_send: bool = False
    ) -> None:
        """Put a line back that is not sent, and say why; it goes to the history if the next one
        is begun already."""
        self.composer.take_back(text)
        self.composer.complain(why, may_post=may_post, may_send=may_send)

    def send(self, drafts: list[Draft], typed: str) -> None:
        for draft in drafts:
            self.memory.typed[self.desk.send(self.log_id, draft, typed)] = typed
        self.put_away_edited()
        self.keep_begun()
        self.timeline.follow()
        self.catch_up()

    def _look_at(self, shown: Shown, typed: str, at: datetime) -> str:
        """Show what a line asks to see; why there is nothing to see, empty if there is."""
        match shown:
            case ShowBrief(copy=copy):
                self._show_brief(at, copy=copy)
            case OpenDraft():
                self._open_draft(shown, at)
            case InviteWanted():
                return self._ask_invite(shown, typed)
            case unreachable:
                assert_never(unreachable)
        return ""

    def _show_brief(self, at: datetime, *, copy: bool) -> None:
        """The brief, copied or as a page: its lines hang beside their labels, however wide."""
        from warroom.export.brief import brief, page
        from warroom.tui.screens.reading import ReadingScreen

        if copy:
            self.app.copy_to_clipboard("\n".join(brief(self.replica.room, at)))
            self.app.notify("the brief is copied", markup=False)
            return
        said = page(self.replica.room, at)
        lines: list[Pieces] = [(Piece(label, Tone.ACCENT), Piece(line)) for label, line in said]
        self.app.push_screen(ReadingScreen("brief", lines))

    def _open_draft(self, wanted: OpenDraft, at: datetime) -> None:
        from warroom.tui.present.comms import gaps
        from warroom.tui.speaking import draft_line

        self.composer.write(*draft_line(wanted, self.replica.room, at))
        left = gaps(self.composer.text)
        for gap in left[:1]:
            self.composer.mark(gap)
        several = "; so with the other [brackets]" if len(left) > 1 else ""
        typed = f"what you type takes the place of {left[0]}{several}; " if left else ""
        self.composer.say(f"{typed}#41 cites an entry; enter drafts it")

    def _ask_invite(self, wanted: InviteWanted, typed: str) -> str:
        """Ask the hub for an invite; why it cannot be asked, empty if it is."""
        from warroom.tui.screens.inviting import ask_invite

        def refused(why: str) -> None:
            self._give_back(typed, one_line(why))

        return ask_invite(self, self.desk, wanted, refused)
