"""Which row of a long timeline stands on which line.

A hundred thousand rows cannot all be wrapped whenever the width changes, so a row's height is
an estimate until it is seen, and far from what is seen a few rows stand for all. What keeps the
view still is that it is held by a `Place`, a row and a line within it, never by a count of lines
from the top: what was estimated wrongly above then only moves the scroll bar.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from warroom.tui.widgets.rows import PENDING, AnyRow, Row

BLOCK = 256
"""Heights are summed by blocks of so many rows: about the root of the longest timeline."""

_SAMPLE = 16
"""One of so many rows is estimated where nobody looks."""

_KEY = attrgetter("key")


class Place(NamedTuple):
    """A line of the timeline: the index of a row, and the line within that."""

    row: int
    line: int


class Heights:
    """How many lines each row takes. Finding a row or a line looks at a few hundred numbers.

    A block into which nobody looked is guessed at from a few of its rows; once someone does,
    `estimate` is asked about each. It must give at least one.
    """

    def __init__(self, estimate: Callable[[int], int]) -> None:
        self._estimate = estimate
        self._heights: list[int] = []
        """Zero where nobody has looked."""
        self._blocks: list[int] = []

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        self._look(index // BLOCK)
        return self._heights[index]

    def __setitem__(self, index: int, height: int) -> None:
        self._blocks[index // BLOCK] += height - self[index]
        self._heights[index] = height

    @property
    def total(self) -> int:
        """The lines of all rows."""
        return sum(self._blocks)

    def splice(self, start: int, stop: int, count: int) -> None:
        """Put so many new rows where those from `start` to before `stop` were."""
        self._heights[start:stop] = [0] * count
        first = start // BLOCK
        self._blocks[first:] = map(self._guess, range(first * BLOCK, len(self), BLOCK))

    def top(self, index: int) -> int:
        """The line on which a row begins."""
        block = index // BLOCK
        self._look(block)
        return sum(self._blocks[:block]) + sum(self._heights[block * BLOCK : index])

    def place(self, y: int) -> Place:
        """The row at a line, and the line within it; the last, if a look has left fewer lines."""
        block = 0
        while y >= self._blocks[block] or y >= self._look(block):
            y -= self._blocks[block]
            block += 1
            if block == len(self._blocks):
                return Place(len(self) - 1, self[-1] - 1)
        index = block * BLOCK
        while y >= self._heights[index]:
            y -= self._heights[index]
            index += 1
        return Place(index, y)

    def _guess(self, begin: int) -> int:
        """About how many lines a block takes."""
        known = self._heights[begin : begin + BLOCK]
        sample = [self._estimate(begin + index) for index in range(0, len(known), _SAMPLE)]
        return sum(known) + known.count(0) * sum(sample) // len(sample)

    def _look(self, block: int) -> int:
        """How many lines a block takes, every row of it estimated or measured."""
        begin = block * BLOCK
        known = self._heights[begin : begin + BLOCK]
        if 0 in known:
            known = [height or self._estimate(begin + at) for at, height in enumerate(known)]
            self._heights[begin : begin + BLOCK] = known
            self._blocks[block] = sum(known)
        return self._blocks[block]


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
        known = self._index
        fresh = {row.key: row for row in rows if row.key not in known or not self._replaced(row)}
        sending = [row for row in fresh.values() if row.kind == PENDING]
        for row in sending:
            del fresh[row.key]
        committed = len(self) - self._pending
        self._splice(committed, committed, list(fresh.values()))
        self._splice(len(self), len(self), sending)

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
        self._heights.splice(0, len(self), len(self))

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

    def _clear(self) -> None:
        self.items: list[AnyRow] = []
        self._index: dict[str, int] = {}
        self._heights = Heights(lambda index: self._estimate(self.items[index]))
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
        self._pending += [row.kind for row in rows].count(PENDING)
        self.items[start:stop] = rows
        self._heights.splice(start, stop, len(rows))
        moved = stop if stop - start == len(rows) else len(self.items)
        shifted = map(_KEY, self.items[start:moved])
        self._index.update(zip(shifted, range(start, moved), strict=True))

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
