"""People's text in Markdown: never markup, never HTML, whatever it holds."""

import re
from collections.abc import Iterable, Sequence

from warroom.text import one_line, visible

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile(r"[\\`*_\[\]|~$#@&<>]|(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
_OPENING = re.compile(r"\A(\d{0,9})([-+=:.)])")
_TICKS = re.compile("`+")


def escape(text: str) -> str:
    """The text on one line, as Markdown that shows exactly it.

    Backslashes stand before what could begin markup anywhere (links that some programs make of
    bare addresses too), before what could begin a block at the start of a line, and entities in
    place of what HTML is made of.
    """
    return _OPENING.sub(r"\1\\\2", _SPECIAL.sub(_escaped, one_line(text)))


def fence(text: str) -> str:
    """The text as a block of its own, in a fence longer than any run of backticks in it."""
    text = visible(text)
    longest = max(map(len, _TICKS.findall(text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}text\n{text}\n{ticks}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, whose cells are Markdown already; none if it has no rows."""
    lines = [_row(cells) for cells in rows]
    return [_row(heads), _row(["---"] * len(heads)), *lines] if lines else []


def anchor(seq: int) -> str:
    """The place of an entry, under its number."""
    return f'<a id="{seq}"></a>#{seq}'


def link(seq: int) -> str:
    """A link to an entry."""
    return f"[#{seq}](#{seq})"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell or "-" for cell in cells) + " |"


def _escaped(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"\\{found[0]}"
