"""A view over rows: it draws the lines that are seen, and holds still while others change.

Textual's line API asks for one line at a time, and text goes in as segments: other people's
words never pass as markup.
"""

from math import ceil
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.selection import Selection
from textual.strip import Strip

from warroom.tui.widgets.finished_lines import FinishedLines
from warroom.tui.widgets.row_painter import COMPONENTS, MARGIN, RowPainter
from warroom.tui.widgets.rows import AnyRow, Row
from warroom.tui.widgets.timeline_layout import Place, TimelineLayout

NARROW = 90
"""Below so many columns of the terminal, rows go without seconds and padding."""

FRAME = 1 / 60
"""Seconds for which changes are gathered before the view shows them."""

_FAR = 4
"""Scrolling by more screens than this is a jump: the rows between are not measured."""

_EIGHTHS = 8
"""The steps in which a scroll bar is drawn, to a line."""

_SELECTED_LINES = 16
"""Bits for the line within its row in the offsets of a selection: they order as places do."""


def thumb(total: int, lines: int, top: float) -> tuple[int, int]:
    """Where the thumb of a scroll bar begins, and how long it is, in eighths of a line.

    `total` lines, of which so many are seen from `top` on, in a bar as long as the view.
    """
    if total <= lines:
        return 0, lines * _EIGHTHS
    length = max(1.0, lines * lines / total)
    return int((lines - length) * top / (total - lines) * _EIGHTHS), ceil(length * _EIGHTHS)


class RowsView(ScrollView):
    """Shows rows from a place on, or from its end.

    `_window` is what it shows, line for line; `_top` the first of that, by key, so that it is
    found again when rows come and go above; `_at_end` says whether it shows the last line.
    """

    ALLOW_SELECT = True

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"timeline--{name}" for name in COMPONENTS}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._painter = RowPainter(self._style_of)
        self._rows = TimelineLayout(self._painter.measure, self._painter.estimate)
        self._longest_number = 0
        self._window: list[tuple[Row, int]] = []
        self._top: tuple[str, int] | None = None
        self._shown_y = 0
        self._at_end = True
        self._placing = False
        self._due = False
        self._fitted = Size()
        self._thumb = (0, 0)
        self._finished = FinishedLines(self._finish)

    # For the class that knows what the rows are for

    def _has_cursor(self, row: Row) -> bool:
        """Whether to draw the cursor on a row."""
        return False

    def _shown(self) -> None:
        """The window has been placed anew."""

    def _scrolled(self) -> None:
        """The reader has moved the window by the wheel or the scroll bar."""

    # Placing

    def on_resize(self) -> None:
        """A size that was not drawn yet: where the view is hidden, nothing draws it."""
        self._fit()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw what is seen. A new size is drawn before its event comes: the first frame, too."""
        self._fit()
        top, height = self.gutter.top, self.content_size.height
        contents = {
            y: self.render_line(y - top) if 0 <= y - top < height else None for y in crop.line_range
        }
        return [strip.crop(*crop.column_span) for strip in self._finished.lines(contents)]

    def _finish(self, first: int, last: int) -> list[Strip]:
        """Have Textual frame and filter lines. It would give what stood there at the last refresh,
        and a size that is new is drawn without one."""
        lines = Region(0, first, self.region.width, last - first)
        self._styles_cache.set_dirty(lines)
        return super().render_lines(lines)

    def _fit(self) -> None:
        """Wrap anew if the size or a column has changed.

        The same row stays at the top, or the end below.
        """
        size = self.scrollable_content_region.size
        if size != self._fitted:
            self._finished.forget()
            self._fit_columns()
            self._fitted = size
            self._settle()

    def _note_numbers(self, rows: list[AnyRow]) -> None:
        """Make room for the longest number. They ascend: the last that there is has it."""
        longest = next((len(row.number) for row in reversed(rows) if row.number), 0)
        if longest > self._longest_number:
            self._longest_number = longest
            self._fit_columns()

    def _fit_columns(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        narrow = self.app.size.width < NARROW
        if self._painter.fit(width, narrow=narrow, number=self._longest_number):
            self._rows.forget_heights()
            self._fitted = Size()

    def _show_soon(self) -> None:
        """Show what has changed with the next frame, once for all that came until then."""
        if not self._due and self.is_attached:
            self._due = True
            self.set_timer(FRAME, self._show_now)

    def _show_now(self) -> None:
        if self._due:
            self._show()

    def _place(self) -> Place:
        """The place at the top of the view."""
        if self._top is None:
            return Place(0, 0)
        key, line = self._top
        return Place(self._rows.index(key), line)

    def _scrolled_to(self, y: int) -> Place:
        """The place that scrolling to a line means.

        Near by, rows that were estimated wrongly count as what they are, so that no line is
        skipped or seen twice. Far off, and while the scroll bar moves by itself, the line does.
        """
        moved, lines = y - self._shown_y, len(self._window)
        if abs(moved) <= _FAR * lines and not self._moves_by_itself:
            return self._rows.move(self._place(), moved)
        if y >= self.max_scroll_y:
            return self._rows.end(lines)
        return self._rows.place_at(min(y, self._rows.height - 1))

    @property
    def _moves_by_itself(self) -> bool:
        return self.app.animator.is_being_animated(self, "scroll_y")

    def _show(self, top: Place | None = None) -> None:
        """Show the rows from a place on; without one, from where the view should be."""
        self._due = False
        self._settle(top)
        self.refresh()

    def _settle(self, top: Place | None = None) -> None:
        """Work out what is to be drawn, as `_show` means it."""
        width, lines = self.scrollable_content_region.size
        if not lines:
            self._window = []
            self._fitted = Size()  # hidden now; shown again it may be as large as it was
            return
        places: list[Place] = []
        if self._rows:
            if top is None:
                top = self._rows.end(lines) if self._at_end else self._place()
            places = self._rows.window(top, lines)
        self._window = [(self._rows.row(place.row), place.line) for place in places]
        self._top = (self._window[0][0].key, places[0].line) if places else None
        self._at_end = not places or places[-1] == self._rows.last
        self._lengthen(Size(width, self._rows.height))
        self._scroll_silently(self._rows.y_of(places[0]) if places else 0)
        self._shown()

    def _lengthen(self, size: Size) -> None:
        """Say how long all rows are together; only the scroll bar depends on it.

        Set as Textual means it, this would lay out the whole screen anew for every entry.
        """
        if size != self.virtual_size:
            self.set_reactive(RowsView.virtual_size, size)

    def _scroll_silently(self, y: int) -> None:
        """Put the scroll bar where the view is. While it moves by itself it is left alone."""
        if not self._moves_by_itself:
            self._placing = True
            self.scroll_to(y=y, animate=False, force=True)
            self._placing = False
        self._shown_y = round(self.scroll_y)
        self._place_bar()

    def _place_bar(self) -> None:
        """Move the scroll bar, and draw it only if that is seen: it takes as long as the rows."""
        bar, lines = self.vertical_scrollbar, self.scrollable_content_region.height
        bar.set_reactive(ScrollBar.window_virtual_size, self.virtual_size.height)
        bar.set_reactive(ScrollBar.window_size, lines)
        bar.set_reactive(ScrollBar.position, self.scroll_y)
        seen = thumb(self.virtual_size.height, lines, self.scroll_y)
        if seen != self._thumb:
            self._thumb = seen
            bar.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the wheel and the scroll bar."""
        if self._placing:
            return
        super().watch_scroll_y(old_value, new_value)
        y = round(new_value)
        if y == self._shown_y or not self._window or not self._rows:
            return
        if self._at_end and y >= self.max_scroll_y:
            # A view that changes its height is moved along by Textual: no reader went anywhere.
            self._show()
            return
        self._show(self._scrolled_to(y))
        self._scrolled()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One line of the view."""
        if y >= len(self._window):
            return Strip.blank(self._painter.width, self.rich_style)
        row, line = self._window[y]
        strip = self._drawn(row)[line]
        if row.key not in self._rows:
            return strip
        offset = self._rows.index(row.key) << _SELECTED_LINES | line
        span = self.text_selection and self.text_selection.get_span(offset)
        return (self._highlit(strip, *span) if span else strip).apply_offsets(0, offset)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, line for line as it is seen."""
        if not self._rows:
            return None
        first = 0 if selection.start is None else selection.start.y >> _SELECTED_LINES
        last = len(self._rows) - 1 if selection.end is None else selection.end.y >> _SELECTED_LINES
        lines: list[str] = []
        for index in range(first, min(last, len(self._rows) - 1) + 1):
            for line, strip in enumerate(self._drawn(self._rows.row(index))):
                if span := selection.get_span(index << _SELECTED_LINES | line):
                    start, end = span
                    text = strip.text[max(start, MARGIN) : None if end == -1 else end]
                    lines.append(text.rstrip())
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw all anew: colours have changed."""
        super().notify_style_update()
        self._painter.forget()
        self._finished.forget()

    def _highlit(self, strip: Strip, start: int, end: int) -> Strip:
        style = self.screen.get_component_rich_style("screen--selection")
        if style.color == style.bgcolor:  # a clear foreground comes out as the background
            style = Style(bgcolor=style.bgcolor)
        begin = strip.index_to_cell_position(start)
        finish = strip.cell_length if end == -1 else strip.index_to_cell_position(end)
        middle = strip.crop(begin, finish)
        marked = Strip(Segment.apply_style(middle, post_style=style), middle.cell_length)
        return Strip.join([strip.crop(0, begin), marked, strip.crop(finish)])

    def _drawn(self, row: Row) -> list[Strip]:
        return self._painter.strips(row, cursor=self._has_cursor(row))

    def _style_of(self, name: str) -> Style:
        return self.get_component_rich_style(f"timeline--{name}") if name else self.rich_style
