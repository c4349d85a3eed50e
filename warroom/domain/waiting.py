"""What may be said while the hub is away, and is sent once it is back: one table.

Words that stand for themselves wait. What depends on how the room stands by then, who holds a
role, what is approved, what is decided, needs the hub now: sent an hour late it would undo what
others did meanwhile. Assessing a hypothesis is such a thing; the observation behind it is not.
"""

from warroom.domain import commands as c
from warroom.domain.commands import Command

CAN_WAIT: frozenset[type[Command]] = frozenset(
    {
        c.Post,
        c.Observe,
        c.RaiseHypothesis,
        c.Amend,
        c.Strike,
        c.DraftUpdate,
        c.ReviseUpdate,
    }
)
"""The commands that wait for the hub."""

WAITING_WORDS = "notes, observations, new hypotheses, corrections and drafts"
"""The same, for people."""


def can_wait(command: Command) -> bool:
    """Whether a command may be sent whenever the hub is back."""
    return type(command) in CAN_WAIT
