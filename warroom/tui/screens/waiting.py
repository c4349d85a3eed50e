"""What a person does with lines of theirs that are no entries: take back, withdraw, put away."""

import contextlib
from typing import cast

from textual import on
from textual.screen import Screen

from warroom.client.outbox import AlreadySent
from warroom.client.replica import Pending, Replica
from warroom.text import one_line
from warroom.tui.memory import Memory
from warroom.tui.port import AnyDesk, War
from warroom.tui.present import waiting
from warroom.tui.widgets.composer import Composer
from warroom.tui.widgets.timeline import Timeline


class WaitingOfRoom(Screen[None]):
    """The part of a room's screen that answers for lines on their way."""

    desk: AnyDesk
    replica: Replica
    log_id: str
    memory: Memory

    @property
    def me(self) -> str:
        """The person's id, empty before it is known."""
        raise NotImplementedError

    @property
    def composer(self) -> Composer:
        return self.query_one(Composer)

    @property
    def timeline(self) -> Timeline:
        return self.query_one(Timeline)

    def catch_up(self) -> None:
        """Show what the replica holds by now."""
        raise NotImplementedError

    def keep_begun(self) -> None:
        """Keep the line being typed on this machine, so that it outlives its terminal.

        At first, take up what a terminal before this one has left.
        """
        drafts, memory = cast(War, self.app).drafts, self.memory
        if not self.me:
            return
        try:
            if memory.begun is None:
                for text in drafts.left(self.log_id, self.me):
                    self.composer.take_back(text)
                    self.composer.say(waiting.BEGUN)
            if (text := self.composer.text) != memory.begun:
                memory.begun = text
                drafts.keep(self.log_id, self.me, text)
        except OSError as error:
            self.app.notify(waiting.not_kept(error), severity="warning", markup=False)

    def action_revise(self) -> None:
        """Take a line that waits, or came back, into the composer. It is not sent meanwhile."""
        pending = self._chosen()
        if pending is not None and self._take_back(pending, waiting.EDITED):
            self.memory.editing.add(pending.submit.id)
            self.composer.write(pending.typed)
            self.catch_up()

    def action_withdraw(self) -> None:
        """Withdraw a line that waits, or put away one that came back."""
        pending = self._chosen()
        if pending is not None and self._take_back(pending):
            self.memory.editing.discard(pending.submit.id)
            self.memory.history.keep(pending.typed)
            self.catch_up()

    def came_back(self, id_: str, typed: str) -> None:
        """A line was refused: its words are given back, and it is seen until they are sent anew."""
        if not typed:
            return
        if not self.composer.text.strip() and id_ in self.replica.returned:
            self.memory.editing.add(id_)
        self.composer.take_back(typed)
        if self.composer.text == typed:
            self.composer.offer_nothing()

    @on(Composer.Cleared)
    def _cleared(self) -> None:
        self.put_away_edited()
        self.catch_up()

    def put_away_edited(self) -> None:
        """The line in the composer was sent, or cleared: what it was made of is done with."""
        for id_ in self.memory.editing:
            with contextlib.suppress(AlreadySent, OSError):
                self.desk.take_back(self.log_id, id_)
        self.memory.editing.clear()

    def _chosen(self) -> Pending | None:
        """The line under the cursor; if it is an entry, that is said."""
        key = self.timeline.cursor_key or ""
        pending = self.replica.pending.get(key) or self.replica.returned.get(key)
        if pending is None:
            self.app.notify(waiting.ENTRY, markup=False)
        return pending

    def _take_back(self, pending: Pending, why: str | None = None) -> bool:
        try:
            self.desk.take_back(self.log_id, pending.submit.id, why)
        except AlreadySent:
            self.app.notify(waiting.SENT, severity="warning", markup=False)
            return False
        except OSError as error:
            text = f"it cannot be taken back: {error.strerror or error}"
            self.app.notify(one_line(text), severity="error", markup=False)
            return False
        return True
