"""What the timeline of a room is asked: an entry in full, a search, a filter, a promotion."""

from typing import assert_never

from textual import on
from textual.screen import Screen

from warroom.client.replica import Replica
from warroom.text import one_line
from warroom.tui.feed import Feed
from warroom.tui.keymap import SHOW_ALL, Keymap
from warroom.tui.port import AnyDesk
from warroom.tui.present import filters
from warroom.tui.widgets.asking import Asking, Question
from warroom.tui.widgets.lines import OneLine
from warroom.tui.widgets.timeline import Timeline
from warroom.words.misread import Misread


class TimelineOfRoom(Screen[None]):
    """The part of a room's screen that answers its timeline."""

    desk: AnyDesk
    replica: Replica
    keymap: Keymap
    feed: Feed | None = None
    filter_text = ""

    @property
    def timeline(self) -> Timeline:
        return self.query_one(Timeline)

    def begin(self, text: str) -> None:
        """Put the beginning of a line into the composer."""
        raise NotImplementedError

    def to_timeline(self) -> None:
        """Show the timeline, and go into it."""
        raise NotImplementedError

    def show_hints(self) -> None:
        """Show the keys that matter where the reader is."""
        raise NotImplementedError

    @on(Timeline.Opened)
    def _open_entry(self, event: Timeline.Opened) -> None:
        from warroom.tui.screens.reading import EntryScreen

        room = self.replica.room
        entry = room.entry(room.seq_of(event.key) or 0)
        if entry is not None:
            self.app.push_screen(EntryScreen(room, entry.seq))

    @on(Timeline.CursorMoved)
    def _cursor_moved(self) -> None:
        if self.timeline.searching:
            self.show_hints()

    @on(Timeline.NewCount)
    def _count_new(self, event: Timeline.NewCount) -> None:
        self.timeline.border_subtitle = f"{event.count} new, G goes there" if event.count else ""
        self.show_hints()

    def action_promote(self, to: str) -> None:
        from warroom.domain.decide.corrections import PROMOTABLE

        room = self.replica.room
        entry = room.entry(room.seq_of(self.timeline.cursor_key or "") or 0)
        if entry is None:
            return
        if entry.event.kind in PROMOTABLE:
            self.begin(f"/promote #{entry.seq} {to} ")
        else:
            text = f"#{entry.seq} cannot be promoted; notes, observations and hypotheses can"
            self.app.notify(text, severity="warning", markup=False)

    def action_search(self) -> None:
        self.query_one(Asking).ask(Question.SEARCH)

    def action_filter(self) -> None:
        self.query_one(Asking).ask(Question.FILTER, self.filter_text)

    def action_show_all(self) -> None:
        self._show_only("")

    @on(Asking.Answered)
    def _answered(self, event: Asking.Answered) -> None:
        taken = True
        match event.question:
            case Question.SEARCH:
                self.run_worker(self._search(event.text), group="search", exclusive=True)
            case Question.FILTER:
                taken = self._show_only(event.text)
            case unreachable:
                assert_never(unreachable)
        if taken:
            self.key_escape()
        self.query_one(Asking).line.dealt_with()

    async def _search(self, text: str) -> None:
        """Go to the first row that holds the text, once all rows can be searched."""
        await self.timeline.make_rows()
        if not self.timeline.find(text) and text:
            self.app.notify("not found", markup=False)
        self.show_hints()

    @on(Timeline.Uncounted)
    def _uncounted(self) -> None:
        self.run_worker(self._count_anew(), group="count", exclusive=True)

    async def _count_anew(self) -> None:
        """Count what a search has found among other rows than before."""
        await self.timeline.make_rows()
        self.timeline.count_found()
        self.show_hints()

    def _show_only(self, text: str) -> bool:
        """Filter the timeline; False if what is asked makes no sense, which is said."""
        if self.feed is None:
            return False
        try:
            chosen = filters.read_filter(text, self.replica.room)
        except Misread as error:
            self.app.notify(one_line(error.text), severity="warning", markup=False)
            return False
        self.filter_text = text
        self.feed.show_only(chosen, self.desk.you)
        self.show_filter()
        return True

    def key_escape(self) -> None:
        """Back to the timeline, from a question or a pane; there, end the search."""
        if self.timeline.has_focus and self.timeline.searching:
            self.timeline.find("")
            self.show_hints()
        self.query_one(Asking).leave()
        self.to_timeline()

    def show_filter(self) -> None:
        """What is not seen is said, for as long as it is not seen."""
        line, feed = self.query_one("#filter", OneLine), self.feed
        line.display = feed is not None and bool(feed.filter)
        if feed is not None and feed.filter:
            key = self.keymap.first(SHOW_ALL)
            room, hidden, since = self.replica.room, feed.hidden, feed.hidden_since
            line.show(filters.row(feed.filter, room, hidden, since, key, line.width))
