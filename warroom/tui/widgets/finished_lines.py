"""Lines of a view as the terminal gets them, kept for as long as their content stays the same.

A row that comes in moves all others up by a line. Framing and filtering each of them again, as
Textual does for a line that stands elsewhere, was most of the work of drawing an entry.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from textual.cache import LRUCache
from textual.strip import Strip

_KEPT = 512
"""Lines that are kept: a few screens of them."""


class FinishedLines:
    """Framed and filtered lines, each found by the very strip that it was made of.

    `finish` frames and filters the lines from one to before another.
    """

    def __init__(self, finish: Callable[[int, int], list[Strip]]) -> None:
        self._finish = finish
        self._kept: LRUCache[int, tuple[Strip, Strip]] = LRUCache(_KEPT)

    def forget(self) -> None:
        """Finish all anew: colours, or the width, have changed."""
        self._kept.clear()

    def lines(self, contents: Mapping[int, Strip | None]) -> list[Strip]:
        """The lines with these numbers, which ascend; None for what is only a frame."""
        found = {line: self._known(content) for line, content in contents.items()}
        for first, last in _runs([line for line, strip in found.items() if strip is None]):
            for line, strip in enumerate(self._finish(first, last), first):
                found[line] = strip
                if (content := contents[line]) is not None:
                    self._kept[id(content)] = content, strip
        return [strip for strip in found.values() if strip is not None]

    def _known(self, content: Strip | None) -> Strip | None:
        kept = self._kept.get(id(content))
        return None if kept is None else kept[1]


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers that follow each other: the first, and the one after the last."""
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        yield found[0], found[-1] + 1
