"""What is offered while one writes: the choices, and how the word is used."""

from msgspec import Struct
from rich.cells import cell_len

from warroom.tui.cells import wrap

CHOICES = 8
"""How many choices a list shows at once."""


class Choice(Struct, frozen=True):
    """One thing to take: what it inserts, what it says of itself, and whether it may be used."""

    insert: str
    name: str
    help: str
    may: bool = True


class Completion(Struct, frozen=True):
    """Choices that replace the text from `start` on, and how the word is used."""

    choices: tuple[Choice, ...] = ()
    start: int = 0
    usage: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.choices or self.usage)


NOTHING = Completion()


def usage_lines(text: str, width: int) -> list[str]:
    """A line about a form in so many cells: whole, with what it does and who may below it if need
    be."""
    if cell_len(text) <= width:
        return [text]
    form, _, said = text.partition("  ")
    said = said.lstrip()
    if cell_len(f"{form}  {said}") <= width:
        return [f"{form}  {said}"]
    lines = (*wrap(form, width), *(f"    {line}" for line in wrap(said, width - 4)))
    return [line.rstrip() for line in lines]
