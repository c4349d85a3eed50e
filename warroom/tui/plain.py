"""NO_COLOR: the screen without any colour, in which bold, underlined and reversed say the rest."""

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class PlainFilter(LineFilter):
    """Takes all colours; what stood out by its background is reversed.

    It goes with a theme whose surfaces are all the terminal's own background, so that any other
    background marks something: a cursor, a selection, a scroll bar.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours."""
        return [
            Segment(text, None if style is None else _plain(style), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def _plain(style: Style) -> Style:
    marked = style.bgcolor is not None and not style.bgcolor.is_default
    return Style(
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=bool(style.reverse) != marked,
        meta=style.meta,
        link=style.link,
    )
