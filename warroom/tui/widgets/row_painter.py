"""Rows of the timeline as strips: styles go on here, and what was drawn is kept."""

import re
from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from warroom.tui.widgets.rows import (
    PENDING,
    AnyRow,
    Line,
    Row,
    Span,
    columns_for,
    estimate,
    lay_out,
)

MARGIN = 1
"""Cells at either side of a row; in the left one stands the cursor."""

KINDS = (
    "note",
    "decision",
    "action",
    "hypothesis",
    "update",
    "status",
    "alarm",
    "hub",
    "away",
    PENDING,
    "struck",
)
"""The kinds of rows that have a style of their own; any other looks like a note."""

COMPONENTS = (*KINDS, "time", "number", "who", "detail", "fold", "marks", "cursor", "found")
"""The names that a style sheet gives colours to, after `timeline--`."""

_WHOLE = frozenset({PENDING, "struck", "hub", "away"})
"""Kinds that style the whole row."""

_LOUD = frozenset({"decision", "alarm"})
"""Kinds that style what the row says, not only its tag."""

_ROWS_KEPT = 1024


class RowPainter:
    """Draws rows at the width it was last fitted to.

    `style_of` gives the style of a component, and of a blank for the empty name.
    """

    def __init__(self, style_of: Callable[[str], Style]) -> None:
        self._style_of = style_of
        self._columns = columns_for(80 - 2 * MARGIN, narrow=True, number=0)
        self._strips: LRUCache[tuple[object, ...], list[Strip]] = LRUCache(_ROWS_KEPT)
        self._styles: dict[tuple[str, str, bool, bool], Style] = {}
        self.expanded: set[str] = set()
        self.pattern: re.Pattern[str] | None = None

    @property
    def width(self) -> int:
        """The cells of a strip."""
        return self._columns.width + 2 * MARGIN

    def fit(self, width: int, *, narrow: bool, number: int) -> bool:
        """Draw strips of so many cells from now on; whether that changes anything."""
        columns = columns_for(width - 2 * MARGIN, narrow=narrow, number=number)
        changed = columns != self._columns
        self._columns = columns
        return changed

    def forget(self) -> None:
        """Draw all anew: colours, or what is searched for, have changed."""
        self._strips.clear()
        self._styles.clear()

    def estimate(self, row: AnyRow) -> int:
        """About how many lines the row takes."""
        return estimate(row, self._columns, expanded=row.key in self.expanded)

    def measure(self, row: Row) -> int:
        """How many lines the row takes."""
        return len(self.strips(row, cursor=False))

    def lines(self, row: Row) -> list[Line]:
        """The row laid out, without styles."""
        expanded = row.key in self.expanded
        return lay_out(row, self._columns, expanded=expanded, pattern=self.pattern)

    def strips(self, row: Row, *, cursor: bool) -> list[Strip]:
        """The row's lines, kept while nothing about it changes."""
        key = (row.key, row.revision, self._columns, row.key in self.expanded, cursor)
        strips = self._strips.get(key)
        if strips is None:
            strips = self._strips[key] = [
                self._strip(row.kind, line, ">" if cursor and not number else " ", cursor)
                for number, line in enumerate(self.lines(row))
            ]
        return strips

    def _strip(self, kind: str, line: Line, margin: str, cursor: bool) -> Strip:
        spans = [Span("blank", margin), *line]
        segments = [Segment(span.text, self._style(kind, span, cursor)) for span in spans]
        return Strip(segments).adjust_cell_length(self.width, segments[0].style)

    def _style(self, kind: str, span: Span, cursor: bool) -> Style:
        key = (kind, span.part, span.found, cursor)
        style = self._styles.get(key)
        if style is None:
            style = self._style_of(component(kind, span))
            if cursor and not span.found:
                style = _under(self._style_of("cursor"), style)
            self._styles[key] = style
        return style


def _under(cursor: Style, style: Style) -> Style:
    """A style where the cursor stands: over its background, or reversed if it is so.

    Reversed, the colours would be backgrounds, a different one for each piece: they go.
    """
    if cursor.reverse:
        return Style(reverse=True, bold=style.bold, strike=style.strike)
    return style + Style(bgcolor=cursor.bgcolor)


def component(kind: str, span: Span) -> str:
    """The component that styles a piece: its part's, or its kind's where that says more."""
    if span.found:
        return "found"
    if span.part == "blank":
        return ""
    if span.part == "marks" or (span.part in COMPONENTS and kind not in _WHOLE):
        return span.part
    loud = span.part == "tag" or kind in _WHOLE or kind in _LOUD
    return kind if loud and kind in KINDS else "note"
