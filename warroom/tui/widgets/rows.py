"""One row of the timeline: what it says, and the lines it is drawn in at a given width."""

import re
from bisect import bisect_right
from typing import NamedTuple, Protocol, TypeAlias

from msgspec import Struct
from rich.cells import cell_len

from warroom.tui.cells import cut, wrap

PENDING = "pending"
"""The kind of a row that the hub has not committed yet."""

FOLD_OVER = 12
FOLD_TO = 3
"""A text of more than `FOLD_OVER` lines shows its first `FOLD_TO` until it is expanded."""

_TAG = 5
_TAB_STOPS = 8
_LEAST_TEXT = 8
_LEAST_BESIDE_MARKS = 24


class Row(Struct, frozen=True, gc=False):
    """An entry as the timeline shows it. All strings are safe to show; only `text` and
    `details` may hold newlines and tabs.

    `revision` changes whenever anything else does: what was drawn is kept by key and revision.
    """

    key: str
    revision: int
    at: str
    number: str
    who: str
    tag: str
    text: str
    details: tuple[str, ...] = ()
    marks: str = ""
    kind: str = "note"

    def holds(self, pattern: re.Pattern[str]) -> bool:
        """Whether a person who searches for the pattern means this row."""
        rest = (self.number, self.who, self.tag, self.marks, *self.details)
        return bool(pattern.search(self.text) or pattern.search("\n".join(rest)))

    def plain(self) -> str:
        """The row as one would paste it elsewhere."""
        head = (self.at, self.number, self.who, self.tag, self.text, self.marks)
        return "\n".join((" ".join(filter(None, head)), *self.details))


class Unmade(Protocol):
    """A committed row that nobody has looked at yet: most of a long log is never seen.

    `text` is about what the row will say: it stands in for its height until the row is made.
    """

    @property
    def key(self) -> str: ...

    @property
    def number(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def tag(self) -> str: ...

    @property
    def details(self) -> tuple[str, ...]: ...

    @property
    def kind(self) -> str: ...

    def make(self) -> Row:
        """The row itself."""


AnyRow: TypeAlias = Row | Unmade


class Columns(NamedTuple):
    """How many cells there are for a row, and for each column before its text.

    The columns' cells include the blanks that follow; `seconds` says whether times show them.
    """

    width: int
    time: int
    number: int
    who: int
    seconds: bool

    @property
    def head(self) -> int:
        """The cells before the tag."""
        return self.time + self.number + self.who


class Span(NamedTuple):
    """A piece of a drawn line: which part of the row it is, and whether a search found it."""

    part: str
    text: str
    found: bool = False


Line = list[Span]


def columns_for(width: int, *, narrow: bool, number: int) -> Columns:
    """The columns for rows of so many cells. `number` is the length of the longest number."""
    if narrow:
        return Columns(width, time=6, number=max(number, 2) + 1, who=9, seconds=False)
    who = 13 if width >= 100 else 9
    return Columns(width, time=10, number=max(number, 3) + 1, who=who, seconds=True)


def estimate(row: AnyRow, columns: Columns, *, expanded: bool = False) -> int:
    """About how many lines the row takes, without wrapping it: close for text in words."""
    width = max(_LEAST_TEXT, columns.width - columns.head - (_TAG if row.tag else 0))
    lines = max(1 + row.text.count("\n"), -(-len(row.text) // width))
    if lines > FOLD_OVER and not expanded:
        lines = FOLD_TO + 1
    return lines + len(row.details)


def lay_out(
    row: Row,
    columns: Columns,
    *,
    expanded: bool = False,
    pattern: re.Pattern[str] | None = None,
) -> list[Line]:
    """The lines the row is drawn in, at least one, each within the columns' width.

    Text wraps under its own column. Marks stand at the right of the first line, or on a line
    of their own where the text would be left too little room.
    """
    tag = max(_TAG, cell_len(row.tag) + 1) if row.tag else 0
    indent = columns.head + tag
    room = max(_LEAST_TEXT, columns.width - indent)
    beside = cell_len(row.marks) + 2 if row.marks else 0
    if room - beside < _LEAST_BESIDE_MARKS:
        beside = 0
    body = _wrapped("text", row.text, room - beside, pattern)
    if len(body) > FOLD_OVER and not expanded:
        body[FOLD_TO:] = [[Span("fold", _more(row.text, room - beside))]]
    for detail in row.details:
        body += _wrapped("detail", detail, room, pattern)
    if row.marks and beside:
        used = sum(cell_len(span.text) for span in body[0])
        body[0].append(Span("blank", " " * (room - used - cell_len(row.marks))))
        body[0] += _spans("marks", row.marks, pattern)
    elif row.marks:
        body += _wrapped("marks", row.marks, room, pattern)
    margin = Span("blank", " " * indent)
    head = [
        *_field("time", row.at if columns.seconds else row.at[:5], columns.time, None),
        *_field("number", row.number, columns.number, pattern),
        *_field("who", row.who, columns.who, pattern),
        *_field("tag", row.tag, tag, pattern),
    ]
    return [head + body[0], *([margin, *line] for line in body[1:])]


def _more(text: str, cells: int) -> str:
    """What is left of a text that is folded: its own lines, however many each takes here."""
    lines, drawn, begun = text.expandtabs(_TAB_STOPS).split("\n"), 0, 0
    while drawn < FOLD_TO:
        drawn += len(wrap(lines[begun], cells))
        begun += 1
    left = len(lines) - begun
    lines_left = f"{left} more line{'s' * (left > 1)}" if left else "more"
    return f"… {lines_left}, enter opens"


def _field(part: str, text: str, cells: int, pattern: re.Pattern[str] | None) -> Line:
    """A column's piece, cut so that at least a blank follows, and its blanks."""
    text = cut(text, cells - 1)
    return [*_spans(part, text, pattern), Span("blank", " " * (cells - cell_len(text)))]


def _spans(part: str, text: str, pattern: re.Pattern[str] | None) -> Line:
    return _split(part, text, 0, _hits(text, pattern))


def _wrapped(part: str, text: str, cells: int, pattern: re.Pattern[str] | None) -> list[Line]:
    """The text's drawn lines. It is searched before it is wrapped: a hit may go over an end."""
    text = text.expandtabs(_TAB_STOPS)
    hits = _hits(text, pattern)
    lines, begin = [], 0
    for line in text.split("\n"):
        for piece in wrap(line, cells):
            lines.append(_split(part, piece.rstrip(" "), begin, hits))
            begin += len(piece)
        begin += 1
    return lines


def _hits(text: str, pattern: re.Pattern[str] | None) -> list[tuple[int, int]]:
    return [found.span() for found in pattern.finditer(text)] if pattern else []


def _split(part: str, piece: str, begin: int, hits: list[tuple[int, int]]) -> Line:
    """A piece that begins at an offset of the searched text, split where hits begin and end."""
    spans, done, finish = [], 0, begin + len(piece)
    for start, end in hits[bisect_right(hits, begin, key=lambda hit: hit[1]) :]:
        if start >= finish:
            break
        start, end = max(start - begin, 0), min(end - begin, len(piece))
        if done < start:
            spans.append(Span(part, piece[done:start]))
        spans.append(Span(part, piece[start:end], found=True))
        done = end
    if done < len(piece):
        spans.append(Span(part, piece[done:]))
    return spans
