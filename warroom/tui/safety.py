"""The second net: no control character reaches the terminal, whatever a widget let through.

The first is `warroom.text`, where text enters. Textual's own widgets pass some escapes on.
"""

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from warroom.text import FORBIDDEN

_CONTROL = re.compile("[\t\n" + "".join(f"{chr(a)}-{chr(b)}" for a, b, _ in FORBIDDEN) + "]")


class ControlFilter(LineFilter):
    """Takes control characters out of what is about to be drawn.

    They take no cells, so the line keeps its width; their pictures would have made it longer.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without control characters."""
        return [_clean(segment) for segment in segments]


def _clean(segment: Segment) -> Segment:
    text, style, control = segment
    if control is None and _CONTROL.search(text):
        return Segment(_CONTROL.sub("", text), style)
    return segment
