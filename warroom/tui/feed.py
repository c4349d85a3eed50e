"""Keeps a timeline in step with a replica: what is new, what reads otherwise, what is sending."""

from datetime import datetime

from warroom.client.replica import Replica
from warroom.domain.events import Recorded
from warroom.protocol.envelopes import You
from warroom.tui.present.rows import Rows, away_row, names_people, touched, unnames_people
from warroom.tui.widgets.rows import Row
from warroom.tui.widgets.timeline import Timeline


class Feed:
    """Looks at the replica whenever it is told to, and gives the timeline only the difference."""

    def __init__(self, replica: Replica, timeline: Timeline) -> None:
        self._replica = replica
        self._timeline = timeline
        self._rows = Rows(replica.room)
        self._sending: set[str] = set()
        self._seen = 0
        self._left_at: datetime | None = None

    def away(self, since: datetime) -> None:
        """The line is lost: what comes next was missed."""
        if self._seen and self._left_at is None:
            self._left_at = since

    def catch_up(self, you: You | None, now: datetime) -> list[Recorded]:
        """Show everything that the replica holds by now; the entries that are new."""
        room = self._replica.room
        fresh = room.entries[self._seen :]
        first = not self._seen
        unnamed = any(unnames_people(entry, room) for entry in fresh)
        if unnamed or any(map(names_people, fresh)):
            self._rows.renamed()
        if unnamed:
            self._timeline.reset([self._rows.of(entry) for entry in room.entries])
        elif fresh:
            self._timeline.extend([*self._missed(fresh, now), *self._changed(fresh)])
        self._seen = len(room.entries)
        self._show_sending(you)
        return [] if first else fresh

    def _changed(self, fresh: list[Recorded]) -> list[Row]:
        """Rows of new entries, and of those that read otherwise because of them."""
        room = self._replica.room
        seqs = {seq for entry in fresh for seq in touched(entry, room)}
        seqs |= {entry.seq for entry in fresh}
        entries = (room.entry(seq) for seq in sorted(seqs))
        return [self._rows.of(entry) for entry in entries if entry is not None]

    def _missed(self, fresh: list[Recorded], now: datetime) -> list[Row]:
        """The line that stands before what was missed, if anything was."""
        if self._left_at is None:
            return []
        row = away_row(f"away-{fresh[0].seq}", self._left_at, now, len(fresh))
        self._left_at = None
        return [row]

    def _show_sending(self, you: You | None) -> None:
        """Pending rows: those that were declined go, those that were committed stay as entries."""
        pending = self._replica.pending
        for id_ in self._sending - pending.keys():
            if self._replica.room.seq_of(id_) is None:
                self._timeline.discard(id_)
        fresh = [one for id_, one in pending.items() if id_ not in self._sending]
        if fresh:
            self._timeline.extend(self._rows.sending(one, you) for one in fresh)
        self._sending = set(pending)
