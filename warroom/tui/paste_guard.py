"""Keeps a marked paste whole whatever it holds.

Textual takes an escape character inside of a paste for the beginning of a key: it and what follows
go missing from the text, and come as keys. A log with colours is full of them.
"""

from collections.abc import Iterable

from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers import linux_driver
from textual.message import Message

from warroom.text import visible

START, END = BRACKETED_PASTE_START, BRACKETED_PASTE_END
ESC = "\x1b"


class PasteGuard:
    """What the terminal sends, with the escape characters within pastes made visible."""

    def __init__(self) -> None:
        self._pasting = False
        self._before = ""
        self._held = ""

    def pass_on(self, data: str) -> str:
        """What can be passed on by now; the beginning of an end waits for the rest of it."""
        passed = []
        while data:
            part, data = self._pasted(data) if self._pasting else self._typed(data)
            passed.append(part)
        return "".join(passed)

    def _typed(self, data: str) -> tuple[str, str]:
        """Up to where a paste begins, its mark included, and the rest. Nothing is held up."""
        known = self._before + data
        at = known.find(START)
        if at < 0:
            self._before = known[1 - len(START) :]
            return data, ""
        begins = at + len(START) - len(self._before)
        self._pasting, self._before = True, ""
        return data[:begins], data[begins:]

    def _pasted(self, data: str) -> tuple[str, str]:
        """Up to where the paste ends, its mark included, and the rest."""
        text, end, rest = (self._held + data).partition(END)
        self._pasting = not end
        cut = 0 if end else _begun(text)
        self._held = text[len(text) - cut :]
        return text[: len(text) - cut].replace(ESC, visible(ESC)) + end, rest


def _begun(text: str) -> int:
    """How many characters at the end of a text may be the beginning of a paste's end."""
    return next((n for n in range(len(END) - 1, 0, -1) if text.endswith(END[:n])), 0)


class Parser(XTermParser):
    """Textual's parser behind the guard."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._guard = PasteGuard()

    def feed(self, data: str) -> Iterable[Message]:
        """The messages in what the terminal sent; an empty text is its end."""
        passed = self._guard.pass_on(data)
        return super().feed(passed) if passed or not data else ()


def guard_pastes() -> None:
    """Make Textual read the terminal with it; there is no setting for that."""
    linux_driver.XTermParser = Parser  # type: ignore[attr-defined]
