"""The lines one has sent, to be gone through again."""

LONGEST = 200


class History:
    """Sent lines, the oldest first. What is being typed comes back after the last of them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._at: int | None = None
        self._unsent = ""

    def keep(self, line: str) -> None:
        """Remember a line, unless it is the one before again; begin at the end."""
        if line.strip() and self.lines[-1:] != [line]:
            self.lines = [*self.lines, line][-LONGEST:]
        self._at = None

    def step(self, step: int, typed: str) -> str | None:
        """The line so many steps on from where one is; None at either end."""
        if self._at is None:
            self._unsent = typed
        at = (len(self.lines) if self._at is None else self._at) + step
        if not 0 <= at <= len(self.lines):
            return None
        self._at = None if at == len(self.lines) else at
        return self._unsent if self._at is None else self.lines[at]
