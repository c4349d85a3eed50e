"""How a command ends: its exit status, and the sentence that says why."""

from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_ALLOWED = 4
    UNREACHABLE = 5
    CONFLICT = 6
    LATER = 7
    INTERRUPTED = 130


class Stop(Exception):
    """Ends a command with a status and a sentence for the person, on standard error."""

    def __init__(self, status: Exit, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
