"""The people that this hub knows: a projection of its own log."""

import re
from collections.abc import Iterable

from msgspec import Struct

from warroom.clock import new_person_id
from warroom.domain.events import PersonRegistered, Recorded
from warroom.domain.hublog import HubState, RegisterPerson, apply_own
from warroom.domain.names import Names
from warroom.domain.vocabulary import Via


class Known(Struct, frozen=True):
    """Someone the hub knows: their opaque id and what they are called."""

    person: str
    name: str
    handle: str


class Directory:
    """Finds people by how they came: by the operating system's user id, or by the name given."""

    def __init__(self, log: str) -> None:
        self.state = HubState(log=log)
        self._names = Names()
        self._by_uid: dict[int, str] = {}
        self._by_handle: dict[str, str] = {}

    def fold(self, entries: Iterable[Recorded]) -> None:
        """Take in entries of the hub's own log."""
        for recorded in entries:
            self.state = apply_own(self.state, recorded)
            self._names.learn(recorded.event)
            match recorded.event:
                case PersonRegistered(person=person, uid=uid, words=words):
                    if uid is not None:
                        self._by_uid[uid] = person
                    if words is not None:
                        self._by_handle[words.handle.casefold()] = person
                case _:
                    pass

    def by_uid(self, uid: int) -> Known | None:
        """The person behind a user of this machine."""
        person = self._by_uid.get(uid)
        return None if person is None else self._known(person)

    def by_handle(self, handle: str) -> Known | None:
        """The person with this handle, in whatever case."""
        person = self._by_handle.get(handle.casefold())
        return None if person is None else self._known(person)

    def registration(self, name: str, via: Via, uid: int | None = None) -> RegisterPerson:
        """The command that makes someone known, under a handle nobody has.

        Who comes under a name of their own choice (`via` as) is found by it the next time, so it
        is their handle as it stands.
        """
        handle = name if via is Via.AS else self._free_handle(name)
        return RegisterPerson(person=new_person_id(), via=via, name=name, handle=handle, uid=uid)

    def _free_handle(self, name: str) -> str:
        wanted = re.sub(r"[^\w.\-]", "", name.split()[0] if name.split() else "").lower()
        wanted = wanted.lstrip("_.-")[:20] or "someone"
        handle, number = wanted, 1
        while handle.casefold() in self._by_handle:
            number += 1
            handle = f"{wanted}{number}"
        return handle

    def _known(self, person: str) -> Known:
        return Known(person, self._names.name(person), self._names.handle(person))
