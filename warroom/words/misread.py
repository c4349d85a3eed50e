"""What is said to a person whose line makes no sense."""

from typing import NoReturn


class Misread(Exception):
    """A line that cannot be read: one sentence with what to write instead.

    `usage` holds the forms of the word, if a word was recognised.
    """

    def __init__(self, text: str, usage: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.usage = usage


class UnknownWord(Misread):
    """A line that begins with a word there is not. `nearest` are words spelt like it.

    The line may have been meant as text, a path say: whoever asked decides.
    """

    def __init__(self, text: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.nearest = nearest


def misread(text: str) -> NoReturn:
    """End the reading of a line with what is wrong and what to write instead."""
    raise Misread(text)
