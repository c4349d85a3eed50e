"""The people that this hub knows: a projection of its own log."""

import re
import unicodedata
from collections.abc import Iterable

from msgspec import Struct

from warroom.clock import new_person_id
from warroom.domain.events import (
    InviteMade,
    PersonRegistered,
    PlaceWords,
    Recorded,
    SessionSeen,
)
from warroom.domain.hublog import HubState, RegisterPerson, apply_own
from warroom.domain.names import Names
from warroom.domain.naming import likeness, problem
from warroom.domain.vocabulary import Via


class Known(Struct, frozen=True):
    """Someone the hub knows: their opaque id and what they are called."""

    person: str
    name: str
    handle: str


class NoName(ValueError):
    """Nobody can be called that. The message is for who wanted to be."""


class Directory:
    """Finds people by how they came: by the operating system's user id, or by the name given.

    `places` are the addresses that each session has come from, `last_place` the newest of them.
    """

    def __init__(self, log: str) -> None:
        self.state = HubState(log=log)
        self._names = Names()
        self._by_uid: dict[int, str] = {}
        self._by_handle: dict[str, str] = {}
        self._likenesses: set[str] = set()
        self._invited: dict[str, str] = {}
        self.places: dict[str, set[str]] = {}
        self.last_place: dict[str, PlaceWords] = {}

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
                        self._by_handle[_key(words.handle)] = person
                        self._likenesses.add(likeness(words.handle))
                case InviteMade(invite=invite, words=words) if words is not None:
                    self._invited[invite] = words.name
                case SessionSeen(session=session, words=words) if words is not None:
                    self.places.setdefault(session, set()).add(words.address)
                    self.last_place[session] = words
                case _:
                    pass

    def by_uid(self, uid: int) -> Known | None:
        """The person behind a user of this machine."""
        person = self._by_uid.get(uid)
        return None if person is None else self._known(person)

    def by_handle(self, handle: str) -> Known | None:
        """The person with this handle, in whatever case."""
        person = self._by_handle.get(_key(handle))
        return None if person is None else self._known(person)

    def person(self, person: str) -> Known:
        """The person with this id, whose name may be gone."""
        return self._known(person)

    def invited_name(self, invite: str) -> str | None:
        """Whom an invite is for, if it says so."""
        return self._invited.get(invite)

    def registration(
        self, name: str, via: Via, uid: int | None = None, *, known: Known | None = None
    ) -> RegisterPerson:
        """The command that makes someone known, under a handle nobody has. Raises `NoName`.

        `known` is who they are to a room that remembers them.

        Who comes under a name of their own choice (`via` as) is found by it the next time, so it
        is their handle as it stands. Whom the operating system calls by a name that stands for
        something else here is called by their number.
        """
        if via is not Via.AS and uid is not None and problem(name) is not None:
            name = f"user{uid}"
        if (said := problem(name)) is not None:
            raise NoName(said)
        handle = name if via is Via.AS else self._free_handle(name)
        if likeness(handle) in self._likenesses:
            raise NoName(f"{handle} reads like the handle of someone else; choose another one")
        if known is not None:
            name = known.name
        person = new_person_id() if known is None else known.person
        return RegisterPerson(person=person, via=via, name=name, handle=handle, uid=uid)

    def _free_handle(self, name: str) -> str:
        wanted = re.sub(r"[^\w.\-]", "", name.split()[0] if name.split() else "").lower()
        wanted = wanted.lstrip("_.-")[:20] or "someone"
        handle, number = wanted, 1
        while likeness(handle) in self._likenesses or problem(handle) is not None:
            number += 1
            handle = f"{wanted}{number}"
        return handle

    def _known(self, person: str) -> Known:
        return Known(person, self._names.name(person), self._names.handle(person))


def _key(handle: str) -> str:
    """By what a handle is looked up: in whatever case and width it is typed."""
    return unicodedata.normalize("NFKC", handle).casefold()
