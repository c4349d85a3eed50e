"""Where a scenario stands in a room: what its acts became, and what the next one says. Pure.

The newcomer may have acted first: what the story speaks of is looked up in the room as it is.
"""

from collections.abc import Set
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec.structs import replace

from warroom.client.draft import Draft
from warroom.demo.scenario import (
    ALONE,
    COMMAND,
    COMMANDING,
    NEWCOMER,
    PLACEHOLDER,
    RESOLVED,
    Act,
    Wait,
)
from warroom.domain.commands import PersonCommand, ProposeDecision
from warroom.domain.events import (
    ActionAdded,
    DecisionProposed,
    DecisionRecorded,
    HypothesisRaised,
    Recorded,
    UpdateDrafted,
)
from warroom.domain.transcript import Transcript
from warroom.words.interpret import interpret
from warroom.words.parse import read_line

_SOON = timedelta(seconds=1)
"""What is due must still lie ahead when the hub decides it."""


class Story:
    """What the named acts became. `cast` are the ids of the people who are played; they are
    `alone` if nobody can come."""

    def __init__(self, cast: Set[str], speed: float = 1.0, *, alone: bool = False) -> None:
        self._cast = cast
        self._speed = speed
        self._always = {ALONE} if alone else set()
        self._entries: dict[str, int] = {}

    def became(self, act: Act, seq: int) -> None:
        """An act is entry `seq`."""
        if act.name is not None:
            self._entries[act.name] = seq

    def drafts(self, act: Act, room: Transcript, now: datetime, me: str) -> list[Draft]:
        """What an act asks for, none if it is left out. Raises `Misread`."""
        line = self._line(act, room) if self._plays(act, room) else None
        if line is None:
            return []
        meant = interpret(read_line(line), room, now, me)
        return [self._hurried(draft, now) for draft in meant] if isinstance(meant, list) else []

    def happened(self, wait: Wait, room: Transcript, before: StrEnum | None) -> bool:
        """Whether the story may go on. `before` is the `state` of what it waits for, at first."""
        if wait.wanted == NEWCOMER:
            return self.newcomer(room) is not None
        if wait.wanted == COMMAND:
            return room.incident.commander is not None
        if not self._commanding(room):
            return True  # who only watches is not waited for
        if wait.wanted == RESOLVED:
            return room.incident.over
        return before is None or self.state(wait, room) is not before

    def state(self, wait: Wait, room: Transcript) -> StrEnum | None:
        """How the thing that a wait is for stands now, None if it is no thing of the room."""
        recorded = room.entry(self._entries.get(wait.wanted, 0))
        i = room.incident
        match recorded.event if recorded else None:
            case HypothesisRaised(hypothesis=n):
                return i.hypotheses[n].state
            case DecisionProposed(decision=n) | DecisionRecorded(decision=n):
                return i.decisions[n].state
            case ActionAdded(action=n):
                return i.actions[n].state
            case UpdateDrafted(update=n):
                return i.updates[n].state
            case _:
                return None

    def newcomer(self, room: Transcript) -> str | None:
        """The first person with a client in the room who is not played."""
        people = (
            person
            for person in room.incident.people.values()
            if not person.voice and person.id not in self._cast
        )
        first = min(people, key=lambda person: person.source.seq, default=None)
        return first.id if first else None

    def _plays(self, act: Act, room: Transcript) -> bool:
        holds = {COMMANDING} if self._commanding(room) else set()
        there = self._always | holds | self._entries.keys()
        return all(name in there for name in act.needs) and not any(
            name in there for name in act.unless
        )

    def _commanding(self, room: Transcript) -> bool:
        commander = room.incident.commander
        return commander is not None and commander == self.newcomer(room)

    def _line(self, act: Act, room: Transcript) -> str | None:
        """What someone types, None if it speaks of what is not there."""
        said: dict[str, str] = {}
        for name in PLACEHOLDER.findall(act.line):
            recorded = room.entry(self._entries.get(name, 0))
            newcomer = self.newcomer(room) if name == NEWCOMER else None
            if recorded is not None:
                said[name] = _spoken(recorded)
            elif newcomer is not None:
                said[name] = room.names.handle(newcomer)
            else:
                return None
        return PLACEHOLDER.sub(lambda found: said[found[1]], act.line)

    def _hurried(self, draft: Draft, now: datetime) -> Draft:
        """A draft whose times lie as much nearer as the story is faster."""
        at = draft.occurred_at
        return Draft(
            self._hurried_command(draft.command, now),
            draft.said_by,
            None if at is None else self._nearer(at, now),
        )

    def _hurried_command(self, command: PersonCommand, now: datetime) -> PersonCommand:
        if isinstance(command, ProposeDecision) and command.window is not None:
            return replace(command, window=max(1, round(command.window / self._speed)))
        times = {
            field: self._nearer(value, now)
            for field in command.__struct_fields__
            if isinstance(value := getattr(command, field), datetime)
        }
        return replace(command, **times) if times else command

    def _nearer(self, moment: datetime, now: datetime) -> datetime:
        distance = (moment - now) / self._speed
        return now + (max(distance, _SOON) if moment > now else distance)


def _spoken(recorded: Recorded) -> str:
    """An entry as one says it: `H1`, otherwise its number."""
    match recorded.event:
        case HypothesisRaised(hypothesis=n):
            return f"H{n}"
        case DecisionProposed(decision=n) | DecisionRecorded(decision=n):
            return f"D{n}"
        case ActionAdded(action=n):
            return f"A{n}"
        case UpdateDrafted(update=n):
            return f"U{n}"
        case _:
            return f"#{recorded.seq}"
