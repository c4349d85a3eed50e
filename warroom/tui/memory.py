"""What stays of a room while one is elsewhere: nothing that was typed is lost on the way."""

from dataclasses import dataclass, field

from warroom.tui.feed import Left
from warroom.tui.widgets.history import History


@dataclass
class Memory:
    """The line being typed, a held paste, the lines sent, and where the reader was.

    `typed` has what was typed, by the id of the command that it became, until that is answered;
    `editing` are the lines that came back and stand in the composer. `begun` is what this machine
    keeps of the line being typed, None before it was looked at.
    """

    draft: str = ""
    held: str | None = None
    said: str = ""
    history: History = field(default_factory=History)
    typed: dict[str, str] = field(default_factory=dict)
    editing: set[str] = field(default_factory=set)
    left: Left | None = None
    begun: str | None = None

    @property
    def unsent(self) -> bool:
        """Whether something was typed here and never sent."""
        return bool(self.draft.strip() or self.held)

    def take_back(self, command: str, why: str, typed: str = "") -> None:
        """Keep a declined command's words, and why they came back, for when the room is open."""
        typed = self.typed.pop(command, typed)
        self.history.keep(typed)
        if typed and not self.unsent:
            self.draft, self.said = typed, why
