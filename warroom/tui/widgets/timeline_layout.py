"""Which row of a long timeline stands on which line.

A hundred thousand rows cannot all be wrapped whenever the width changes, so a row's height is
an estimate until it is seen. What keeps the view still is that it is held by a `Place`, a row
and a line within it, never by a count of lines from the top: what was estimated wrongly above
then only moves the scroll bar.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from warroom.tui.widgets.rows import PENDING, AnyRow, Row

BLOCK = 256
"""Heights are summed by blocks of so many rows: about the root of the longest timeline."""


class Place(NamedTuple):
    """A line of the timeline: the index of a row, and the line within that."""

    row: int
    line: int


class Heights:
    """How many lines each row takes. Finding a row or a line looks at a few hundred numbers."""

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._blocks: list[int] = []

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def __setitem__(self, index: int, height: int) -> None:
        self._blocks[index // BLOCK] += height - self._heights[index]
        self._heights[index] = height

    @property
    def total(self) -> int:
        """The lines of all rows."""
        return sum(self._blocks)

    def splice(self, start: int, stop: int, heights: Sequence[int]) -> None:
        """Put these heights where the rows from `start` to before `stop` were."""
        self._heights[start:stop] = heights
        first = start // BLOCK
        self._blocks[first:] = [
            sum(self._heights[begin : begin + BLOCK])
            for begin in range(first * BLOCK, len(self._heights), BLOCK)
        ]

    def top(self, index: int) -> int:
        """The line on which a row begins."""
        block = index // BLOCK
        return sum(self._blocks[:block]) + sum(self._heights[block * BLOCK : index])

    def place(self, y: int) -> Place:
        """The row at a line, and the line within it. There must be such a line."""
        block = 0
        while y >= self._blocks[block]:
            y -= self._blocks[block]
            block += 1
        index = block * BLOCK
        while y >= self._heights[index]:
            y -= self._heights[index]
            index += 1
        return Place(index, y)


class TimelineLayout:
    """Rows in order, found by key or by line; those not committed yet stay at the end.

    `items` are the rows; those that nobody looked at may not be made yet. `measure` wraps a row
    to say how many lines it takes, `estimate` only guesses. Both must give at least one.
    """

    def __init__(self, measure: Callable[[Row], int], estimate: Callable[[AnyRow], int]) -> None:
        self._measure = measure
        self._estimate = estimate
        self._clear()

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, key: object) -> bool:
        return key in self._index

    @property
    def height(self) -> int:
        """The lines of all rows, as far as they are known."""
        return self._heights.total

    @property
    def last(self) -> Place:
        """The last line. There must be a row."""
        return Place(len(self) - 1, self.height_of(len(self) - 1) - 1)

    def index(self, key: str) -> int:
        """Where the row with this key stands. Raises `KeyError`."""
        return self._index[key]

    @property
    def rows(self) -> list[Row]:
        """All of them, made."""
        return [self.row(index) for index in range(len(self))]

    def row(self, index: int) -> Row:
        """The row that stands there; it is made if it was not."""
        item = self.items[index]
        if not isinstance(item, Row):
            item = self.items[index] = item.make()
        return item

    def extend(self, rows: Iterable[AnyRow]) -> None:
        """Add rows at the end, the committed ones before the pending.

        A row whose key is there already takes the other's place, unless that was pending and
        this one is not: then it goes where a committed one goes.
        """
        fresh = {row.key: row for row in rows if not self._replaced(row)}.values()
        settled = [row for row in fresh if row.kind != PENDING]
        self._splice(len(self) - self._pending, len(self) - self._pending, settled)
        self._splice(len(self), len(self), [row for row in fresh if row.kind == PENDING])

    def remove(self, key: str) -> None:
        """Take a row out. Raises `KeyError`."""
        index = self._index[key]
        self._splice(index, index + 1, [])

    def reset(self, rows: Iterable[AnyRow]) -> None:
        """Begin again with these rows."""
        self._clear()
        self.extend(rows)

    def survivor(self, before: Sequence[AnyRow], index: int) -> str | None:
        """The key of the row nearest to where one stood in former rows, later ones first."""
        for row in (*before[index:], *reversed(before[:index])):
            if row.key in self._index:
                return row.key
        return None

    def forget_heights(self) -> None:
        """Estimate all heights anew: the width has changed."""
        self._heights.splice(0, len(self), [self._estimate(row) for row in self.items])

    def height_of(self, index: int) -> int:
        """The height of a row, measured, and remembered."""
        height = self._measure(self.row(index))
        if height != self._heights[index]:
            self._heights[index] = height
        return height

    def y_of(self, place: Place) -> int:
        """The line of a place, counted from the top."""
        return self._heights.top(place.row) + place.line

    def place_at(self, y: int) -> Place:
        """The place at a line counted from the top. There must be such a line."""
        return self._heights.place(y)

    def move(self, place: Place, lines: int) -> Place:
        """The place so many lines further, or back if negative, measuring the rows between.

        It ends at the first and the last line.
        """
        index = place.row
        line = min(place.line, self.height_of(index) - 1) + lines
        while line < 0 and index > 0:
            index -= 1
            line += self.height_of(index)
        while line >= (height := self.height_of(index)) and index < len(self) - 1:
            line -= height
            index += 1
        return Place(index, max(0, min(line, height - 1)))

    def end(self, lines: int) -> Place:
        """From where a view of so many lines shows the end. There must be a row."""
        return self.move(self.last, 1 - lines)

    def window(self, top: Place, lines: int) -> list[Place]:
        """What a view of so many lines shows from a place on, all of it measured.

        It begins further up if it would go past the end.
        """
        places = self._from(top, lines)
        return places if len(places) == lines else self._from(self.end(lines), lines)

    def reveal(self, top: Place, first: Place, last: Place, lines: int) -> Place:
        """From where a view shows the lines from `first` to `last`, moving as little as it can.

        `top` is where it begins now. If not all of them fit, it shows the first of them.
        """
        if first <= top:
            return first
        return max(top, min(first, self.move(last, 1 - lines)))

    def seek(self, wanted: Callable[[Row], bool], start: int, step: int) -> int | None:
        """The first wanted row from `start` on, forward or back by `step`, going round once."""
        for count in range(len(self)):
            index = (start + count * step) % len(self)
            if wanted(self.row(index)):
                return index
        return None

    def _clear(self) -> None:
        self.items: list[AnyRow] = []
        self._index: dict[str, int] = {}
        self._heights = Heights()
        self._pending = 0

    def _replaced(self, row: AnyRow) -> bool:
        """Whether the row could take the place of another; a pending one may have to go."""
        index = self._index.get(row.key)
        if index is None:
            return False
        keeps = (row.kind == PENDING) == (self.items[index].kind == PENDING)
        self._splice(index, index + 1, [row] if keeps else [])
        return keeps

    def _splice(self, start: int, stop: int, rows: list[AnyRow]) -> None:
        for row in self.items[start:stop]:
            del self._index[row.key]
            self._pending -= row.kind == PENDING
        self._pending += sum(row.kind == PENDING for row in rows)
        self.items[start:stop] = rows
        self._heights.splice(start, stop, [self._estimate(row) for row in rows])
        moved = stop if stop - start == len(rows) else len(self.items)
        for index in range(start, moved):
            self._index[self.items[index].key] = index

    def _from(self, top: Place, lines: int) -> list[Place]:
        """The places from one on, up to so many."""
        places: list[Place] = []
        index, line = top
        while len(places) < lines and index < len(self):
            height = self.height_of(index)
            begin = min(line, height - 1)
            places += [Place(index, at) for at in range(begin, height)][: lines - len(places)]
            index, line = index + 1, 0
        return places
