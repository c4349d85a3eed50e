"""Reads a `.lines` file: who types or pastes what, in order. The file says how it is written."""

from collections.abc import Iterator
from typing import NamedTuple

PASTE = "<<END"
END = "END"


class Act(NamedTuple):
    """What someone types into the composer; what is pasted may have several lines."""

    who: str
    text: str
    pasted: bool = False


def read_acts(script: str) -> Iterator[Act]:
    """The acts of a script. Raises `ValueError` where a line is none."""
    lines = iter(script.splitlines())
    for line in lines:
        if not line or line.startswith("#"):
            continue
        who, tab, text = line.partition("\t")
        if not (who and tab and text):
            raise ValueError(f"{line!r} is not WHO<TAB>LINE")
        if text == PASTE:
            block = "\n".join(iter(lines.__next__, END))
            yield Act(who, block, pasted=True)
        else:
            yield Act(who, text)
