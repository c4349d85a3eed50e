"""Pieces on the screen: other people's text becomes content, never markup."""

from collections.abc import Iterable

from textual.content import Content
from textual.widgets import Static

from warroom.tui.present.page_layout import hanging
from warroom.tui.present.pieces import Piece, Pieces, Tone, fitted
from warroom.tui.themes import TONES


def content(pieces: Iterable[Piece]) -> Content:
    """The pieces side by side."""
    return Content.assemble(*((piece.text, TONES[piece.tone]) for piece in pieces))


def block(lines: Iterable[Pieces]) -> Content:
    """The lines below each other."""
    return Content("\n").join(content(line) for line in lines)


class Hanging(Static):
    """Lines as long as they like: what goes on stands under the text it belongs to."""

    def __init__(self, lines: list[Pieces]) -> None:
        super().__init__(block(lines), markup=False)
        self._lines = lines
        self._laid_out = 0

    def on_resize(self) -> None:
        width = self.content_size.width
        if width != self._laid_out:
            self._laid_out = width
            self.show(self._lines)

    def show(self, lines: list[Pieces]) -> None:
        """Show these lines from now on."""
        self._lines = lines
        self.update(block(hanging(lines, self._laid_out) if self._laid_out else lines))


class Lines(Static):
    """Lines that take no room while there are none. Drawn, and laid out, only if they change."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self.display = False
        self.lines: list[Pieces] = []

    def show(self, lines: list[Pieces]) -> None:
        """Show these lines from now on."""
        if lines != self.lines:
            self.lines = lines
            self.display = bool(lines)
            self.update(block(lines) if lines else Content(""))

    @property
    def plain(self) -> str:
        """What it says, line by line, without tones."""
        return "\n".join("".join(piece.text for piece in line) for line in self.lines)


class OneLine(Static):
    """A line of pieces, cut where the screen ends."""

    DEFAULT_CSS = """
    OneLine { height: 1; width: 100%; padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__("", id=id, classes=classes, markup=False)
        self.pieces: Pieces = ()

    @property
    def width(self) -> int:
        """The cells that pieces can take."""
        return max(0, self.app.size.width - 2)

    @property
    def plain(self) -> str:
        """What it says, without tones."""
        return "".join(piece.text for piece in self.pieces)

    def warn(self, text: str) -> None:
        """Show a sentence that a person should know, and where it is cut; without one, take no
        room."""
        self.display = bool(text)
        self.show(fitted((Piece(text, Tone.WARN),), self.width))

    def show(self, pieces: Pieces) -> None:
        """Show these pieces from now on."""
        if pieces != self.pieces:
            self.pieces = pieces
            self.update(content(pieces), layout=False)
