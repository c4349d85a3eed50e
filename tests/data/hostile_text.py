"""Words that somebody might write to harm those who read them, and the same made harmless.

Each list is of one kind. `pour` mixes one of each into a text short enough for the narrowest
column; what is most dangerous comes first, where nothing is cut.
"""

import itertools
import re
from collections.abc import Callable, Iterator

NAME = "HOSTILE"
"""Stands in everything that a terminal would keep: titles, links, clipboards."""

SEQUENCES = [
    f"\x1b]0;{NAME}\x07",  # the title of the window
    f"\x1b]2;{NAME}\x1b\\",
    f"\x1b]1;{NAME}\x07",
    "\x1b]52;c;SE9TVElMRQ==\x07",  # writes to the clipboard
    "\x1b]52;p;SE9TVElMRQ==\x1b\\",
    "\x1b]52;c;?\x07",  # reads it
    f"\x1b]8;;http://{NAME}/\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]4;1;rgb:00/00/00\x07",  # the palette
    "\x1b]10;#000000\x07",
    f"\x1b]9;{NAME}\x07",  # a notification of the desktop
    f"\x1b]777;notify;{NAME};x\x07",
    f"\x1b]1337;SetMark={NAME}\x07",
    "\x1b[2J",  # clears
    "\x1b[3J",
    "\x1b[99;99H",
    "\x1b[?1049l",  # leaves the screen
    "\x1b[?47h",
    "\x1b[2;5r",  # scrolls a part only
    "\x1b[8;35;45m",  # hides what follows
    "\x1b[6n",  # asks, and the answer is typed
    "\x1b[c",
    "\x1b[>q",
    "\x1b[21t",  # types the title
    "\x1b[8;1;1t",  # makes the window tiny
    "\x1b[?25h",  # the cursor, the mouse, marked pastes
    "\x1b[?1003l",
    "\x1b[?2004l",
    "\x1b[?2026h",  # draws nothing from now on
    "\x1b[4h",
    "\x1b[!p",
    "\x1b[99@",
    "\x1b[99b",
    f"\x1bPq{NAME}\x1b\\",  # strings to the device
    f"\x1b_G{NAME}\x1b\\",
    f"\x1b^{NAME}\x1b\\",
    f"\x1bX{NAME}\x1b\\",
    "\x1bc",  # starts all over
    "\x1b#8",
    "\x1b(0",
    "\x1b7\x1b8\x1bD\x1bM",
    "\x1b\x1b\x1b",
]
"""What begins with an escape character."""

SINGLES = [
    "\x9b2J",  # the same in one byte
    f"\x9d0;{NAME}\x9c",
    "\x9d52;c;SE9TVElMRQ==\x9c",
    f"\x90q{NAME}\x9c",
    f"\x9f{NAME}\x9c",
    f"\x98{NAME}\x9c",
    "\x84\x85\x88\x8d\x8e\x8f",
    "\x00",
    "\x05",
    "\x07",
    "\x08\x08\x08",
    "\x0b\x0c",
    "\x0e\x0f",
    "\x11\x13",
    "\x18\x1a",
    "\x1c\x1d\x1e\x1f",
    "\x7f\x7f",
    "\rover",
]
"""Control characters that need no escape, in one byte or as one code point."""

DIRECTIONS = [
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    "\u200e",
    "\u200f",
    "\u061c",
    "\u2028",
    "\u2029",
    "".join(chr(0xE0000 + ord(char)) for char in NAME),
]
"""What turns text round, breaks lines only for some, or cannot be seen."""

MARKUP = [
    "[@click=app.quit]x[/]",
    "[@click=app.exit]x[/]",
    "[@click=screen.lobby()]x[/]",
    "[/]",
    "[/b][/b]",
    "[bold red]",
    "[on $error]x[/]",
    "[link=file:///etc/passwd]x[/link]",
    "$primary",
    "{about}",
    "{0}",
    "{self.__class__}",
    "%s%n",
    "\\[b]",
    "[[[",
    ":skull:",
    "&lt;<b>",
    "`|*_~#",
]
"""What a library would read as its own language."""

LETTERS = [
    "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00ad",  # no width
    "Z" + "".join(map(chr, range(0x300, 0x370))),  # over and under the line
    "\u0f73" * 40,
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏿" * 3,
    "漢字" * 60,
    "ﷺ꧅𒐫",
    "\t\t\tx\ty",
    "w" * 600,
    "a\n\n\n\nb",
    "  \u3000\u2003 ",
    "\ufffe\uffff\ue000",
    "ı İ ß ſ",
]
"""Text that is allowed, and hard to lay out."""

_TAME = re.compile(r"[^A-Za-z0-9 \n]")


def hostile() -> Iterator[str]:
    """Short texts without end that hold one of each kind, and a number to know them by."""
    kinds = (SEQUENCES, SINGLES, MARKUP, DIRECTIONS)
    for number in itertools.count():
        mixed = (kind[number % len(kind)] for kind in kinds)
        yield "".join(mixed) + f"w{number}"


def tame(text: str) -> str:
    """A text of the same length and the same words that nobody could mind."""
    return _TAME.sub(".", text)


Pour = Callable[[], str]


def pour(*, harmless: bool = False) -> Pour:
    """The next hostile text at every call; or what it would be, if it were harmless."""
    texts = hostile()
    return (lambda: tame(next(texts))) if harmless else (lambda: next(texts))
