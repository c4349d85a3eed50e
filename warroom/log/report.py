"""How the parts of `verify` report what they find."""

from typing import Protocol


class Report(Protocol):
    """Takes down one finding: the line, the entry if there is one, and a sentence."""

    def __call__(self, line: int, seq: int | None, text: str) -> None: ...
