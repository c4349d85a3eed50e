"""Other people's text, made safe to show.

A terminal obeys escape sequences wherever they come from, and a bidirectional control makes a
line read otherwise than it is. So the hub refuses such code points, a client turns what is
pasted into visible symbols before it sends it, and the screen does so once more. All of them
go code point by code point: whoever parses sequences knows one fewer than some terminal does.

Characters that join or split letters (U+200C, U+200D) stay: Persian and Hindi need them.
"""

import re
from typing import NamedTuple

FORBIDDEN: tuple[tuple[int, int, str], ...] = (
    (0x00, 0x00, "a null character"),
    (0x01, 0x06, "a control character"),
    (0x07, 0x07, "a bell character"),
    (0x08, 0x08, "a backspace"),
    (0x0B, 0x0B, "a vertical tab"),
    (0x0C, 0x0C, "a form feed"),
    (0x0D, 0x0D, "a carriage return"),
    (0x0E, 0x1A, "a control character"),
    (0x1B, 0x1B, "an escape character"),
    (0x1C, 0x1F, "a control character"),
    (0x7F, 0x7F, "a delete character"),
    (0x80, 0x9F, "a control character"),
    (0x061C, 0x061C, "a mark that turns the direction of text"),
    (0x200E, 0x200F, "a mark that turns the direction of text"),
    (0x2028, 0x2029, "a separator that only some programs take for a new line"),
    (0x202A, 0x202E, "a mark that turns the direction of text"),
    (0x2066, 0x2069, "a mark that turns the direction of text"),
    (0xD800, 0xDFFF, "half of a character"),
    (0xE0000, 0xE007F, "an invisible tag character"),
)
"""Code points that no text may hold: first, last, and what a person calls them."""

_FORBIDDEN = re.compile("[" + "".join(f"{chr(a)}-{chr(b)}" for a, b, _ in FORBIDDEN) + "]")
_LINE_END = re.compile(r"\r\n?")
_ROW = str.maketrans({"\n": "␤", "\t": " "})


class Forbidden(NamedTuple):
    """A code point that may not stand in a text; `position` counts from 1."""

    position: int
    description: str

    def __str__(self) -> str:
        return f"{self.description} at position {self.position}"


def is_forbidden(char: str) -> bool:
    """Whether no text may hold this character."""
    return _FORBIDDEN.match(char) is not None


def forbidden_in(text: str) -> Forbidden | None:
    """The first forbidden character of a text, in words, or None if it may be shown as it is."""
    found = _FORBIDDEN.search(text)
    return None if found is None else Forbidden(found.start() + 1, _describe(found[0]))


def visible(text: str) -> str:
    """The text with every forbidden character as a symbol, and its line ends as newlines.

    Control characters become their pictures (`␛`), the rest its name in ASCII (`<U+202E>`):
    that says which one it was, for it may be the evidence, and takes the same cells in every
    terminal, which U+FFFD does not. So the text can grow; check its length afterwards.
    """
    return _FORBIDDEN.sub(_symbol, _LINE_END.sub("\n", text))


def one_line(text: str) -> str:
    """The text on one line, for a row of a list: `␤` for a newline, a blank for a tab."""
    return visible(text).strip().translate(_ROW)


def _symbol(found: re.Match[str]) -> str:
    point = ord(found[0])
    if point < 0x20:
        return chr(0x2400 + point)
    return "␡" if point == 0x7F else f"<U+{point:04X}>"


def _describe(char: str) -> str:
    name = next(name for first, last, name in FORBIDDEN if first <= ord(char) <= last)
    return name if ord(char) < 0x80 else f"{name} (U+{ord(char):04X})"
