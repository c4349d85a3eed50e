"""The timeline's layout agrees with a list of lines, whatever is done to it."""

from collections.abc import Callable
from itertools import accumulate, count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import Struct

from warroom.tui.widgets.rows import PENDING, AnyRow, Row
from warroom.tui.widgets.timeline_layout import BLOCK, Heights, Place, TimelineLayout


def row(key: str, height: int = 1, kind: str = "note", revision: int = 0) -> Row:
    """A row that is as high as its number says."""
    return Row(key, revision, "", str(height), "", "", "", kind=kind)


class Unmade(Struct):
    """A row that tells when it is made."""

    key: str
    number: str
    make: Callable[[], Row]
    text: str = ""
    tag: str = ""
    details: tuple[str, ...] = ()
    kind: str = ""


def later(made: Row) -> AnyRow:
    """The row, to be made when it is looked at; what is pending is there at once."""
    return made if made.kind == PENDING else Unmade(made.key, made.number, lambda: made)


def measure(row: Row) -> int:
    """The height a row says it has."""
    return int(row.number)


def layout(*rows: AnyRow) -> TimelineLayout:
    """A layout whose estimates are all one line."""
    made = TimelineLayout(measure, lambda row: 1)
    made.extend(rows)
    return made


def keys(made: TimelineLayout) -> str:
    """The keys in order."""
    return "".join(row.key for row in made.rows)


SPLICES = st.tuples(
    st.integers(0, 700), st.integers(0, 40), st.lists(st.integers(1, 5), max_size=600)
)


@given(st.lists(SPLICES, max_size=6), st.lists(st.integers(0, 3000), max_size=5))
@example([(0, 0, [1] * 600), (BLOCK, BLOCK, [])], [BLOCK])
@example([(0, 0, [5] + [1] * 599)], [2999])
def test_heights_agree_with_their_sums(
    splices: list[tuple[int, int, list[int]]], looks: list[int]
) -> None:
    """Rows come and go: places lie on their lines, and once all is seen so does a plain list."""
    naive = list[int]()
    heights = Heights(lambda index: naive[index])
    for start, length, new in splices:
        start = min(start, len(naive))
        stop = min(start + length, len(naive))
        naive[start:stop] = new
        heights.splice(start, stop, len(new))
    for look in looks if naive else []:
        place = heights.place(look % heights.total)
        assert place.line < naive[place.row]
        assert heights.top(place.row) + place.line <= look
    if naive:
        naive[-1] = heights[len(naive) - 1] + 2
        heights[len(naive) - 1] = naive[-1]
    tops = [0, *accumulate(naive)]
    assert naive == [heights[index] for index in range(len(naive))]
    assert len(naive) == len(heights)
    assert sum(naive) == heights.total
    for look in looks if naive else []:
        index = look % len(naive)
        assert tops[index] == heights.top(index)
        y = look % tops[-1]
        place = heights.place(y)
        assert tops[place.row] + place.line == y
        assert place.line < naive[place.row]


def test_a_long_log_is_guessed_at_from_a_few_rows() -> None:
    """Where nobody looks, most rows are not even estimated; a look does it for those near by."""
    asked: set[int] = set()

    def estimate(index: int) -> int:
        asked.add(index)
        return 2

    heights = Heights(estimate)
    heights.splice(0, 0, 100 * BLOCK)
    assert 200 * BLOCK == heights.total
    assert len(asked) < 10 * BLOCK
    asked.clear()
    assert Place(50 * BLOCK, 1) == heights.place(100 * BLOCK + 1)
    assert set(range(50 * BLOCK, 51 * BLOCK)) == asked


def test_a_line_that_a_look_has_taken_away_is_the_last() -> None:
    """A block that was guessed too high has fewer lines once someone looks into it."""
    heights = Heights(lambda index: 1 + 9 * (index == 0))
    heights.splice(0, 0, 160)
    assert Place(159, 0) == heights.place(heights.total - 1)
    assert 169 == heights.total


class AnyTimeline(RuleBasedStateMachine):
    """Every act, next to the list of rows that it should leave."""

    def __init__(self) -> None:
        super().__init__()
        self.layout = layout()
        self.naive: list[Row] = []
        self.names = count()

    def fresh(self, heights: list[int], kind: str) -> list[Row]:
        return [row(str(next(self.names)), height, kind) for height in heights]

    def settle(self) -> None:
        self.naive.sort(key=lambda row: row.kind == PENDING)

    @rule(heights=st.lists(st.integers(1, 9), max_size=5), kind=st.sampled_from(["note", PENDING]))
    def extend(self, heights: list[int], kind: str) -> None:
        rows = self.fresh(heights, kind)
        self.layout.extend(map(later, rows))
        self.naive += rows
        self.settle()

    @precondition(lambda self: self.naive)
    @rule(data=st.data(), height=st.integers(1, 9), kind=st.sampled_from(["note", PENDING]))
    def replace(self, data: st.DataObject, height: int, kind: str) -> None:
        old = data.draw(st.sampled_from(self.naive))
        new = row(old.key, height, kind, old.revision + 1)
        index = self.naive.index(old)
        if (old.kind == PENDING) == (kind == PENDING):
            self.naive[index] = new
        else:
            del self.naive[index]
            self.naive.append(new)
        self.settle()
        self.layout.extend([data.draw(st.sampled_from([new, later(new)]))])

    @precondition(lambda self: self.naive)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.naive))
        self.naive.remove(old)
        self.layout.remove(old.key)

    @rule(heights=st.lists(st.integers(1, 9), max_size=20))
    def reset(self, heights: list[int]) -> None:
        self.naive = self.fresh(heights, "note")
        self.layout.reset(map(later, self.naive))

    @rule()
    def resize(self) -> None:
        self.layout.forget_heights()
        assert len(self.naive) == self.layout.height

    @precondition(lambda self: self.naive)
    @rule(start=st.integers(0, 10_000), lines=st.integers(1, 12), by=st.integers(-30, 30))
    def look(self, start: int, lines: int, by: int) -> None:
        places = [
            Place(index, line)
            for index, row in enumerate(self.naive)
            for line in range(measure(row))
        ]
        at = start % len(places)
        assert places[min(max(at + by, 0), len(places) - 1)] == self.layout.move(places[at], by)
        assert places[-1] == self.layout.last
        assert places[max(len(places) - lines, 0)] == self.layout.end(lines)
        begin = max(0, min(at, len(places) - lines))
        assert places[begin : begin + lines] == self.layout.window(places[at], lines)

    @precondition(lambda self: self.naive)
    @rule(start=st.integers(0, 10_000))
    def find_by_line(self, start: int) -> None:
        y = start % self.layout.height
        assert y == self.layout.y_of(self.layout.place_at(y))

    @rule()
    def make(self) -> None:
        assert self.naive == self.layout.rows

    @invariant()
    def same_rows(self) -> None:
        assert [row.key for row in self.naive] == [item.key for item in self.layout.items]
        assert len(self.naive) == len(self.layout)
        assert list(range(len(self.naive))) == [self.layout.index(row.key) for row in self.naive]


def test_a_row_is_made_when_it_is_looked_at_and_only_once() -> None:
    """A view of the end of a long log costs the rows in view, whatever is above them."""
    made: list[str] = []

    def unmade(key: str) -> Unmade:
        def make() -> Row:
            made.append(key)
            return row(key)

        return Unmade(key, "1", make)

    long = layout(*map(unmade, "abcdefgh"))
    long.window(long.end(3), 3)
    long.forget_heights()
    assert 8 == long.height
    long.window(long.end(3), 3)
    assert ["f", "g", "h"] == sorted(made)


TestAnyTimeline = AnyTimeline.TestCase
TestAnyTimeline.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_pending_rows_stay_at_the_end() -> None:
    """What others wrote goes before what is still being sent."""
    made = layout(row("a"), row("p", kind=PENDING), row("q", kind=PENDING))
    made.extend([row("b")])
    assert "abpq" == keys(made)


def test_a_committed_row_leaves_the_pending_ones() -> None:
    """It stands where its batch has it, after those that were committed before it."""
    made = layout(row("a"), row("p", kind=PENDING), row("q", kind=PENDING))
    made.extend([row("b"), row("q"), row("c")])
    assert "abqcp" == keys(made)


def test_the_same_row_twice_is_one_row() -> None:
    """A batch that is repeated, or repeats itself, adds nothing."""
    made = layout(row("a"), row("b"), row("a", height=3))
    made.extend([row("b", height=2)])
    assert "ab" == keys(made)
    assert 5 == sum(made.height_of(index) for index in range(2))


def test_a_row_is_known_by_its_key() -> None:
    """Keys that are not there, or not any more, are not found."""
    made = layout(row("a"), row("b"))
    made.remove("a")
    assert "b" in made
    assert "a" not in made
    with pytest.raises(KeyError):
        made.index("a")
    with pytest.raises(KeyError):
        made.remove("a")


@pytest.mark.parametrize(("key", "index"), [("c", 0), ("c", 2), ("e", 3), ("e", 5)])
def test_the_nearest_survivor_is_a_later_one_if_there_is(key: str, index: int) -> None:
    """Where a row went away, the view goes on with the next that is left."""
    before = [row(key) for key in "abcdef"]
    made = layout(row("c"), row("e"))
    assert key == made.survivor(before, index)


def test_nothing_survives_an_empty_list() -> None:
    """Without rows there is none to go to."""
    assert layout().survivor([row("a")], 0) is None


def test_estimates_become_exact_when_seen() -> None:
    """Only rows in view are measured; the others keep their estimate."""
    made = layout(*(row(str(number), height=4) for number in range(10)))
    assert 10 == made.height
    made.window(Place(2, 0), 8)
    assert 10 + 2 * 3 == made.height


def test_a_place_beyond_its_row_is_its_last_line() -> None:
    """A row that has become shorter is shown from its last line on."""
    made = layout(row("a", height=2), row("b", height=9))
    assert Place(0, 1) == made.window(Place(0, 7), 3)[0]
    assert Place(1, 1) == made.move(Place(0, 7), 2)


@pytest.mark.parametrize(
    ("shown", "top", "first", "last"),
    [
        (Place(1, 0), Place(1, 0), Place(1, 0), Place(1, 1)),
        (Place(0, 0), Place(1, 0), Place(0, 0), Place(0, 1)),
        (Place(2, 1), Place(0, 0), Place(3, 0), Place(3, 1)),
        (Place(4, 0), Place(0, 0), Place(4, 0), Place(4, 8)),
        (Place(4, 3), Place(4, 2), Place(4, 5), Place(4, 5)),
    ],
    ids=["seen already", "above", "below", "taller than the view", "one line of it"],
)
def test_a_view_moves_no_more_than_it_must(
    shown: Place, top: Place, first: Place, last: Place
) -> None:
    """A view of three lines over rows of two lines, and one of nine."""
    made = layout(*(row(str(number), height=2) for number in range(4)), row("4", height=9))
    assert shown == made.reveal(top, first, last, 3)


def test_a_view_larger_than_all_rows_shows_all() -> None:
    """Few rows stand at the top, from their first line on."""
    made = layout(row("a", height=2))
    assert [Place(0, 0), Place(0, 1)] == made.window(Place(0, 1), 5)
