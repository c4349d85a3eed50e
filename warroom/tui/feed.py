"""Keeps a timeline in step with a replica: what is new, what reads otherwise, what is sending."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from warroom.client.replica import Pending, Replica, Sync
from warroom.domain.events import Recorded
from warroom.domain.vocabulary import Scope
from warroom.protocol.envelopes import You
from warroom.tui.present.filters import EVERYTHING, Filter, basis, sieve
from warroom.tui.present.rows import (
    TEACHING,
    Later,
    Rows,
    away_row,
    diverged_row,
    is_news,
    names_people,
    says_something,
    teaching_row,
    touched,
    unsettles,
)
from warroom.tui.widgets.rows import AnyRow, Row
from warroom.tui.widgets.timeline import Timeline

A_MOMENT = timedelta(seconds=10)
"""Whoever was gone for less sees what came meanwhile come in."""


class Left(Struct, frozen=True):
    """Up to which entry someone had read when they left, and when that was, UTC; or when the line
    was `lost` under them."""

    seq: int
    at: datetime
    lost: bool = False


class Feed:
    """Looks at the replica whenever it is told to, and gives the timeline only the difference.

    `left` is where the reader was when they last left this room, `answers` says what one does
    with a line that came back. The filter keeps `hidden`
    entries out of sight, of which `hidden_since` are newer than itself. It is `whole` once all
    that was there is shown.
    """

    def __init__(
        self, replica: Replica, timeline: Timeline, left: Left | None = None, answers: str = ""
    ) -> None:
        self._replica = replica
        self._room = replica.room
        self._timeline = timeline
        self._rows = Rows(replica.room, answers)
        self._sending: dict[str, Pending] = {}
        self._left = left
        self._away: dict[int, Row] = {}
        self.whole = False
        self._filtered_at = 0
        self._basis: object = None
        self._keeps = sieve(EVERYTHING, self._room)
        self.filter: Filter = EVERYTHING
        self.seen = 0
        self.hidden = 0
        self.hidden_since = 0

    def away(self, since: datetime) -> None:
        """The line is lost: what comes next was missed."""
        if self.seen and self._left is None:
            self._left = Left(self.seen, since, lost=True)

    def show_only(self, chosen: Filter, you: You | None) -> None:
        """Show these entries and no others from now on. What is sending is always shown."""
        self.filter = chosen
        self._filtered_at = self.seen
        self._show_anew()
        self._show_sending(you)
        self._teach(you)

    def catch_up(self, you: You | None, now: datetime) -> list[Recorded]:
        """Show everything that the replica holds by now.

        Returns the entries that are new; what was there when the room was opened is not.
        """
        fresh = self._room.entries[self.seen :]
        self._mark_return(you, now)
        anew = any(unsettles(entry, self._room) for entry in fresh)
        if anew or any(map(names_people, fresh)):
            self._rows.renamed()
        if fresh:
            self._timeline.discard(TEACHING)
        if anew or basis(self.filter, self._room) != self._basis:
            self._show_anew()
        elif fresh:
            self._show(fresh)
        self._show_sending(you)
        self._teach(you)
        self._show_diverged(now)
        known, self.whole = self.whole, self.whole or self._replica.sync is Sync.LIVE
        return fresh if known else []

    def _show(self, fresh: list[Recorded]) -> None:
        """Give rows of new entries, and of those that read otherwise because of them."""
        again = {seq for entry in fresh for seq in touched(entry, self._room) if seq <= self.seen}
        earlier = [self._room.entries[seq - 1] for seq in sorted(again)]
        self._timeline.extend(self._rows_of([*earlier, *fresh]))
        self.seen = len(self._room.entries)

    def _show_anew(self) -> None:
        """Make every row again: of other entries, with other names, or without their words."""
        self._basis = basis(self.filter, self._room)
        self._keeps = sieve(self.filter, self._room)
        self.hidden = self.hidden_since = self.seen = 0
        self._timeline.reset(self._rows_of(self._room.entries))
        self._sending.clear()
        self.seen = len(self._room.entries)

    def _rows_of(self, entries: Iterable[Recorded]) -> list[AnyRow]:
        """The rows of those entries that are shown, and the lines about absences between.

        Those that are not shown are counted when they come for the first time.
        """
        rows: list[AnyRow] = []
        for entry in entries:
            if entry.seq in self._away:
                rows.append(self._away[entry.seq])
            if self._keeps(entry):
                rows.append(Later(entry, self._rows))
            elif entry.seq > self.seen:
                self.hidden += 1
                self.hidden_since += entry.seq > self._filtered_at
        return rows

    def _mark_return(self, you: You | None, now: datetime) -> None:
        """Once the first missed entry is here: the line that stands before it.

        What is one's own is no news, and who was gone for a moment only has missed nothing.
        """
        held, head = len(self._room.entries), self._replica.hub_head
        if self._left is None or held <= self._left.seq:
            return
        left, self._left = self._left, None
        me = you.person if you else ""
        count = max(0, (head.seq if head else 0) - held)
        count += sum(is_news(entry, me) for entry in self._room.entries[left.seq :])
        if count and now - left.at >= A_MOMENT:
            row = away_row(f"away-{left.seq + 1}", left.at, count, lost=left.lost)
            self._away[left.seq + 1] = row

    def _teach(self, you: You | None) -> None:
        """While nobody has said anything, the last row says how that is done."""
        quiet = bool(self._room.entries) and not self.filter and not self._sending
        if quiet and not any(map(says_something, self._room.entries)):
            self._timeline.extend([teaching_row(you.scope if you else Scope.RESPONDER)])
        else:
            self._timeline.discard(TEACHING)

    def _show_diverged(self, now: datetime) -> None:
        """What to do if the hub has another log, where it cannot be overlooked."""
        if self._replica.sync is Sync.DIVERGED:
            self._timeline.extend([diverged_row(self._replica, now)])

    def _show_sending(self, you: You | None) -> None:
        """Rows of what is no entry: what is settled stays as its entry, everything else goes."""
        pending = {**self._replica.returned, **self._replica.pending}
        for id_ in self._sending.keys() - pending.keys():
            entry = self._room.entry(self._room.seq_of(id_) or 0)
            if entry is None or not self._keeps(entry):
                self._timeline.discard(id_)
        fresh = [one for id_, one in pending.items() if self._sending.get(id_) != one]
        if fresh:
            self._timeline.extend(self._rows.sending(one, you) for one in fresh)
        self._sending = pending
