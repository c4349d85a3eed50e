"""What people are called in a room: a projection of the words of attendance."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from warroom.domain.events import (
    Event,
    MemberAdmitted,
    PersonJoined,
    PersonRegistered,
    PersonRenamed,
    RollCalled,
    Unknown,
)
from warroom.domain.naming import likeness
from warroom.domain.vocabulary import HUB

NAMING = (PersonJoined, PersonRegistered, PersonRenamed, MemberAdmitted, RollCalled)
"""The events whose words are what people are called."""


class Names:
    """Display names and handles by person id, the latest word of some events counting.

    Where words are gone, by redaction or by expiry, all that is left is learned anew: a name that
    another event gives stays, and everyone agrees with whoever never had those words.
    """

    def __init__(self, events: Iterable[Event | Unknown] = ()) -> None:
        self.names: dict[str, str] = {HUB: HUB}
        self.handles: dict[str, str] = {HUB: HUB}
        self._alike: dict[str, dict[str, None]] = {}
        for event in events:
            self.learn(event)

    def learn(self, event: Event | Unknown) -> None:
        """Take the names from an event, if it holds any."""
        match event:
            case (
                PersonJoined(person=person, words=words)
                | PersonRegistered(person=person, words=words)
                | MemberAdmitted(person=person, words=words)
            ) if words is not None:
                self._call(person, words.name)
                self.handles[person] = words.handle
            case PersonRenamed(person=person, words=said) if said is not None:
                self._call(person, said.text)
            case RollCalled(people=people, words=called) if called is not None:
                for person, handle in zip(people, called.handles, strict=False):
                    if person not in self.names:
                        self._call(person, handle)
                        self.handles[person] = handle
            case _:
                pass

    def name(self, person: str | None) -> str:
        """What to call someone: their name, otherwise the start of their id."""
        return "nobody" if person is None else self.names.get(person, f"?{person[:6]}")

    def handle(self, person: str) -> str:
        """The short name to say aloud, without the `@`."""
        return self.handles.get(person, f"?{person[:6]}")

    def twins(self, person: str) -> tuple[str, ...]:
        """The others whose name reads the same as someone's."""
        name = self.names.get(person)
        alike = () if name is None else self._alike.get(likeness(name), ())
        return tuple(other for other in alike if other != person)

    def _call(self, person: str, name: str) -> None:
        self._drop(person)
        self.names[person] = name
        self._alike.setdefault(likeness(name), {})[person] = None

    def _drop(self, person: str) -> None:
        name = self.names.pop(person, None)
        if name is not None:
            self._alike.get(likeness(name), {}).pop(person, None)


def voice_id(log: str, handle: str) -> str:
    """The person id of a handle that is called in a room without having a client there.

    The same for everyone who calls the same name in the same room, so that two scribes who call
    `@raj` at once mean one Raj.
    """
    return "v" + uuid5(UUID(hex=log), f"voice:{handle.casefold()}").hex
