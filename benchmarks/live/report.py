"""The table that is printed: each figure, its floor of the same run, and the aim for the ratio."""

from collections.abc import Iterable, Sequence
from statistics import median

from msgspec import Struct

_COLUMNS = "{:46}{:>36}{:>36}{:>8}  {}"


class Row(Struct, frozen=True):
    """One line of the table.

    Where each value has a floor of its own, the ratio is the median of theirs: a disk that others
    use as well is fast in one second and slow in the next. `aim` speaks of the ratio.
    """

    what: str
    values: Sequence[float]
    floors: Sequence[float]
    unit: str
    aim: str = ""

    @property
    def ratio(self) -> float:
        """How the values stand to their floors."""
        if len(self.values) == len(self.floors):
            return median(a / b for a, b in zip(self.values, self.floors, strict=True))
        return median(self.values) / median(self.floors)


def print_heading() -> None:
    """The heading of the table."""
    print(_COLUMNS.format("", "measured", "floor", "ratio", "aim"))


def print_rows(title: str, rows: Iterable[Row]) -> None:
    """One part of the table, as soon as it is measured."""
    print(f"\n{title}")
    for row in rows:
        measured, floor = (_span(values, row.unit) for values in (row.values, row.floors))
        print(_COLUMNS.format(f"  {row.what}", measured, floor, f"{row.ratio:.2f}", row.aim))


def _span(values: Sequence[float], unit: str) -> str:
    """The median with its unit; the least and the most beside it, if there are several."""
    middle = f"{_number(median(values))} {unit}"
    if len(values) == 1:
        return middle
    return f"{middle} ({_number(min(values))}-{_number(max(values))})"


def _number(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"
