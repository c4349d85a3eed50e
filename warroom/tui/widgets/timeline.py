"""The timeline of a room: following its end, moving about in it, searching it."""

import asyncio
import re
from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var

from warroom.tui.keymap import Where, bindings
from warroom.tui.widgets.rows import PENDING, AnyRow, Row
from warroom.tui.widgets.rows_view import RowsView
from warroom.tui.widgets.timeline_layout import Place

_AT_A_TIME = 256
"""Rows that are made before a key that waits is answered."""


class Timeline(RowsView, can_focus=True):
    """The rows of a room. It follows its end until the reader goes elsewhere."""

    DEFAULT_CSS = """
    Timeline {
        background: $surface;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > .timeline--time, & > .timeline--number, & > .timeline--detail,
        & > .timeline--fold, & > .timeline--hub { color: $text-muted; }
        & > .timeline--who { text-style: bold; }
        & > .timeline--marks { color: $text-warning; }
        & > .timeline--decision { color: $text-accent; text-style: bold; }
        & > .timeline--action, & > .timeline--hypothesis,
        & > .timeline--update, & > .timeline--status { color: $text-primary; }
        & > .timeline--alarm { color: $text-error; text-style: bold; }
        & > .timeline--pending { color: $text-muted; text-style: italic; }
        & > .timeline--struck { color: $text-muted; text-style: strike; }
        & > .timeline--away { color: $text-warning; }
        & > .timeline--cursor { background: $primary 30%; }
        &:ansi > .timeline--cursor { background: ansi_default; text-style: reverse; }
        & > .timeline--found { background: $warning; color: auto; text-style: bold underline; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.ROWS)

    cursor_key: var[str | None] = var(None, init=False)
    """The key of the row that keys act on, None while there is no row."""

    new_count: var[int] = var(0, init=False)
    """How many rows came in below the view and have not been seen."""

    class Opened(Message):
        """The reader wants to see all of an entry."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class CursorMoved(Message):
        """Keys act on another row now; None when there is none."""

        def __init__(self, key: str | None) -> None:
            super().__init__()
            self.key = key

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Timeline.CursorMoved)

    class NewCount(Message):
        """So many rows have come in below the view."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Timeline.NewCount)

    class Uncounted(Message):
        """A search is on, and is still to be counted among rows that are others than before."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Timeline.Uncounted)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._unseen: set[str] = set()
        self._found: set[str] | None = None

    # What is in it

    @property
    def row_count(self) -> int:
        """How many rows there are, seen or not."""
        return len(self._rows)

    @property
    def cursor_row(self) -> Row | None:
        """The row that keys act on."""
        return self._rows.row(self._cursor) if self._rows else None

    @property
    def following(self) -> bool:
        """Whether new rows move the view.

        They do at its end, unless the reader, in here, has put the cursor on an earlier row.
        """
        return self._at_end and (not self.has_focus or self._cursor >= len(self._rows) - 1)

    def append(self, row: AnyRow) -> None:
        """Add a row, as `extend` does."""
        self.extend((row,))

    def extend(self, rows: Iterable[AnyRow]) -> None:
        """Add rows at the end, the committed ones before the pending.

        A row whose key is there already takes the other's place; a pending one that has been
        committed goes where a committed one goes.
        """
        rows = list(rows)
        following = self.following
        if not following:
            self._at_end = False
            fresh = (row.key for row in rows if row.kind != PENDING and row.key not in self._rows)
            self._unseen.update(fresh)
        self._note_numbers(rows)
        self._rows.extend(rows)
        self._look_into(rows)
        self._show_soon()
        if following:
            self._cursor_to(len(self._rows) - 1)

    def replace(self, row: Row) -> bool:
        """Put a row in place of the one with its key; False if there is none."""
        known = row.key in self._rows
        if known:
            self.extend((row,))
        return known

    def discard(self, key: str) -> bool:
        """Take a row out; False if there is none with this key."""
        if key not in self._rows:
            return False
        before, index = self._rows.items.copy(), self._rows.index(key)
        self._rows.remove(key)
        self._unseen.discard(key)
        if self._found:
            self._found.discard(key)
        if self._top is not None and self._top[0] == key:
            self._top = self._nearest(before, index)
        if self.cursor_key == key:
            nearest = self._nearest(before, index)
            self.cursor_key = nearest and nearest[0]
        self._show_soon()
        return True

    def reset(self, rows: Iterable[AnyRow]) -> None:
        """Show these rows and no others: another filter, or another room.

        The view and the cursor stay where they were, or with the nearest row that is left; the
        cursor is in sight.
        """
        rows = list(rows)
        following, before = self.following, self._rows.items
        top = self._rows.index(self._top[0]) if self._top else 0
        cursor = self._cursor
        self._longest_number = 0
        self._note_numbers(rows)
        self._rows.reset(rows)
        self._at_end = following
        if self._top is not None and self._top[0] not in self._rows:
            self._top = self._nearest(before, top)
        nearest = self._nearest(before, cursor)
        self.cursor_key = nearest and nearest[0]
        self._found = None
        if self.searching:
            self.post_message(self.Uncounted())
        if following:
            self._cursor_to(len(self._rows) - 1)
        elif self._rows:
            self._go(self._cursor)
        self._show_soon()

    def move_to(self, key: str) -> bool:
        """Put the cursor on the row with this key and show it; False if there is none."""
        if key in self._rows:
            self._go(self._rows.index(key))
        return key in self._rows

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._at_end = True
        self._cursor_to(len(self._rows) - 1)
        self._show()

    # Searching

    async def make_rows(self) -> None:
        """Make every row that was never looked at, as a search will, with pauses for keys."""
        index = 0
        while index < len(self._rows):
            self._rows.row(index)
            index += 1
            if index % _AT_A_TIME == 0:
                await asyncio.sleep(0)

    def find(self, text: str) -> bool:
        """Mark what holds this text and go to the first from the cursor on; False if none does.

        Case does not matter. The end is followed by the beginning. No text ends the search.
        """
        self._painter.pattern = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self._painter.forget()
        self.refresh()
        self.count_found()
        return self._find_from(self._cursor, 1)

    def count_found(self) -> None:
        """Look anew which rows a search has found; it looks into rows that come in by itself."""
        self._found = set() if self._painter.pattern else None
        self._look_into(self._rows.items)

    @property
    def searching(self) -> bool:
        """Whether something is searched for."""
        return self._painter.pattern is not None

    @property
    def found(self) -> tuple[int, int] | None:
        """Which of the rows found the cursor is on, from 1 on, and how many there are.

        The first is 0 on any other row. None without a search, or before they are counted.
        """
        if self._found is None:
            return None
        on = self.cursor_key in self._found
        before = sum(self._rows.index(key) < self._cursor for key in self._found)
        return (before + 1 if on else 0), len(self._found)

    def _look_into(self, rows: Iterable[AnyRow]) -> None:
        pattern = self._painter.pattern
        if pattern is None or self._found is None:
            return
        for row in rows:
            made = row if isinstance(row, Row) else self._rows.row(self._rows.index(row.key))
            (self._found.add if made.holds(pattern) else self._found.discard)(row.key)

    def find_next(self) -> bool:
        """Go to the next row found; False if there is none, or no search."""
        return self._find_from(self._cursor + 1, 1)

    def find_previous(self) -> bool:
        """Go to the row found before; False if there is none, or no search."""
        return self._find_from(self._cursor - 1, -1)

    def _find_from(self, start: int, step: int) -> bool:
        if self.searching and self._found is None:
            self.count_found()
        if not self._found:
            return False
        count = len(self._rows)
        index = min(map(self._rows.index, self._found), key=lambda at: (at - start) * step % count)
        self._go(index, self._found_line(self._rows.row(index)))
        return True

    def _found_line(self, row: Row) -> int:
        """The first line with something found, unfolding the row if it is out of sight."""
        for _ in range(2):
            for number, line in enumerate(self._painter.lines(row)):
                if any(span.found for span in line):
                    return number
            self._painter.expanded.add(row.key)
        return 0

    # Moving about

    def action_step(self, rows: int) -> None:
        """Move the cursor by rows."""
        if self._rows:
            self._go(min(max(self._cursor + rows, 0), len(self._rows) - 1))

    def action_page(self, pages: float) -> None:
        """Move the view by pages, and the cursor with it."""
        if not self._window:
            return
        lines = round(pages * len(self._window)) or (1 if pages > 0 else -1)
        cursor = self._rows.move(Place(self._cursor, 0), lines).row
        self._show(self._rows.move(self._place(), lines))
        over = pages > 0 and self._at_end
        self._cursor_to(len(self._rows) - 1 if over else self._in_view(cursor))

    def action_first(self) -> None:
        """Go to the first row."""
        if self._rows:
            self._go(0)

    def action_follow(self) -> None:
        """Go to the end and stay there."""
        self.follow()

    def action_open(self) -> None:
        """Ask the screen to show all of the entry."""
        if self.cursor_key is not None:
            self.post_message(self.Opened(self.cursor_key))

    def action_fold(self) -> None:
        """Show all lines of a long text, or only its first again."""
        if self.cursor_key is not None:
            self._painter.expanded ^= {self.cursor_key}
            self._go(self._cursor)

    def action_find_next(self) -> None:
        """Go to the next row found."""
        self.find_next()

    def action_find_previous(self) -> None:
        """Go to the row found before."""
        self.find_previous()

    def action_copy(self) -> None:
        """Copy what is selected, else the row, through the terminal's clipboard."""
        row = self.cursor_row
        if text := self.screen.get_selected_text() or (row and row.plain()):
            self.app.copy_to_clipboard(text)
            self.app.notify("copied", markup=False)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None or self.text_selection is not None or offset.y >= len(self._window):
            return
        row, _ = self._window[offset.y]
        if row.key in self._rows:
            self.cursor_key = row.key
            if event.chain == 2:
                self.action_open()

    def watch_cursor_key(self, key: str | None) -> None:
        """Say where the cursor is. It is seen in here only, and with what is shown soon."""
        if self.has_focus and not self._due:
            self.refresh()
        self.post_message(self.CursorMoved(key))

    def watch_new_count(self, count: int) -> None:
        """Say how many rows are below."""
        self.post_message(self.NewCount(count))

    @property
    def _cursor(self) -> int:
        """The index of the cursor's row, the last without one; -1 if there is no row."""
        return len(self._rows) - 1 if self.cursor_key is None else self._rows.index(self.cursor_key)

    def _cursor_to(self, index: int) -> None:
        self.cursor_key = self._rows.items[index].key if self._rows else None

    def _scrolled(self) -> None:
        """Take along a cursor that scrolling left behind; at the end, to follow new rows."""
        self._cursor_to(len(self._rows) - 1 if self._at_end else self._in_view(self._cursor))

    def _in_view(self, index: int) -> int:
        """The row nearest to this one of those whose first line is seen, if there are any."""
        seen = [row.key for row, line in self._window if line == 0]
        keys = seen or [row.key for row, _ in self._window]
        return min(max(index, self._rows.index(keys[0])), self._rows.index(keys[-1]))

    def _go(self, index: int, line: int = 0) -> None:
        """Put the cursor on a row, and show as much of it as can be, this line at least."""
        self._cursor_to(index)
        if lines := self.scrollable_content_region.height:
            last = Place(index, self._rows.height_of(index) - 1)
            top = self._rows.reveal(self._place(), Place(index, 0), last, lines)
            place = Place(index, line)
            self._show(self._rows.reveal(top, place, place, lines))

    def _nearest(self, before: list[AnyRow], index: int) -> tuple[str, int] | None:
        """The first line of the row that is nearest to where one stood before."""
        key = self._rows.survivor(before, index)
        return None if key is None else (key, 0)

    def _has_cursor(self, row: Row) -> bool:
        return self.has_focus and row.key == self.cursor_key

    def _shown(self) -> None:
        """Count the rows that are still to be seen."""
        if self._at_end:
            self._unseen.clear()
        self._unseen.difference_update(row.key for row, _ in self._window)
        self.new_count = sum(key in self._rows for key in self._unseen)
