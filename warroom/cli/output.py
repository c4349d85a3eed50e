"""What commands print: data on standard output, and other people's text made safe to show."""

import sys
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from warroom.domain.events import Recorded
from warroom.domain.transcript import Transcript
from warroom.export.phrasing import marks, phrase, who
from warroom.export.times import clock_time
from warroom.log.entry import Entry, words_of
from warroom.text import is_forbidden, visible

_INDENT = " " * 30

_Thing = TypeVar("_Thing")


def show(lines: Iterable[str]) -> None:
    """Print lines for people, now: whoever follows a pipe must not wait for a full buffer."""
    for line in lines:
        print(visible(line))
    sys.stdout.flush()


def copy(text: str) -> None:
    """Put a text into the clipboard of the terminal that standard output is (OSC 52)."""
    sys.stdout.write(f"\x1b]52;c;{b64encode(visible(text).encode()).decode()}\a")
    sys.stdout.flush()


def say(text: str) -> None:
    """Tell the person something, on standard error."""
    print(f"warroom: {visible(text)}", file=sys.stderr, flush=True)


def show_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    print(json_line(value), flush=True)


def show_listing(
    head: Sequence[str],
    things: Sequence[_Thing],
    row: Callable[[_Thing], Sequence[str]],
    *,
    json: bool,
) -> None:
    """Print things as a table, if there are any, or as one JSON object a line."""
    if json:
        for thing in things:
            show_json(thing)
    elif things:
        show(_table([head, *map(row, things)]))


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with their columns one under the other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def json_line(value: Any) -> str:
    """A value as JSON on one line. What a terminal might obey is escaped, and so not lost."""
    text = msgspec.json.encode(value).decode()
    return text if text.isascii() else "".join(map(_escape, text))


def _escape(char: str) -> str:
    if not is_forbidden(char):
        return char
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def entry_lines(recorded: Recorded, room: Transcript) -> Iterator[str]:
    """An entry as it stands in the timeline: one line, then what belongs to it, indented."""
    said = phrase(recorded, room)
    first, *more = said.text.split("\n")
    tag = f"{said.tag:<4} " if said.tag else ""
    margin = "".join(f"  {mark}" for mark in marks(recorded, room))
    time = clock_time(recorded.at, seconds=True)
    yield f"{time}  {f'#{recorded.seq}':<4} {who(recorded, room):<9} {tag}{first}{margin}"
    for part in (*more, *said.details):
        for line in part.split("\n"):
            yield _INDENT + line


def entry_json(entry: Entry, room: Transcript) -> dict[str, Any]:
    """An entry with its facts and words, and the name of who wrote it."""
    header, words = entry.header, words_of(entry)
    said = {"said_by": header.said_by} if header.said_by else {}
    return {
        "log": header.log,
        "seq": header.seq,
        "id": header.id,
        "hash": entry.hash,
        "at": header.at,
        "by": header.by,
        "name": room.names.name(header.by),
        **said,
        "via": header.via,
        "role": header.role,
        "kind": header.kind,
        "refs": header.refs,
        "facts": header.facts,
        "words": None if words is None else msgspec.Raw(words),
    }
