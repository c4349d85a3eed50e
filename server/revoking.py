"""Whom or what `revoke` means, and what has to end with it. Pure.

People choose what they are called, so a name alone ends nobody if it could be somebody else's.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from server.directory import Directory
from warroom.domain.access import Credential, Invite, invite_is_over, session_is_over
from warroom.domain.naming import likeness


class Meant(Struct, frozen=True):
    """The sessions and invites that are to end, and the `people` who are to be out altogether.

    `came_by` are those of the invites with which the sessions were opened: whoever is shown out
    would come straight back by them.
    """

    sessions: tuple[str, ...]
    invites: tuple[str, ...]
    came_by: tuple[str, ...]
    people: frozenset[str] = frozenset()


class Unclear(Exception):
    """Several people may be meant. The message lists them for whoever asked."""


def meant(directory: Directory, what: str, at: datetime) -> Meant:
    """What a handle (also without its `@`), a name or an id means, of what holds.

    Raises `Unclear`.
    """
    sessions = open_sessions(directory, at)
    invites = [
        one for one in directory.state.access.invites.values() if invite_is_over(one, at) is None
    ]
    wanted = what.casefold()
    if wanted in {one.id for one in sessions} | {one.id for one in invites}:
        return _ending(
            [one for one in sessions if one.id == wanted],
            [one for one in invites if one.id == wanted],
            invites,
        )
    known = {one.person for one in sessions} | {one.person for one in invites if one.person}
    people = _people(directory, what, known)
    if len(people) > 1:
        raise Unclear(_which(directory, what, people, sessions))
    named = wanted.removeprefix("@")
    theirs = [
        one
        for one in invites
        if one.person in people or named == (directory.invited_name(one.id) or "").casefold()
    ]
    ending = _ending([one for one in sessions if one.person in people], theirs, invites)
    return replace(ending, people=people)


def open_sessions(directory: Directory, at: datetime) -> list[Credential]:
    """The sessions that hold."""
    sessions = directory.state.access.sessions.values()
    return [one for one in sessions if session_is_over(one, at) is None]


def _people(directory: Directory, what: str, among: set[str]) -> frozenset[str]:
    """Who goes by a handle, or else reads like the name, or has the id."""
    called = directory.by_handle(what.removeprefix("@"))
    handle = set() if called is None else {called.person}
    if what.startswith("@"):
        return frozenset(handle & among)
    wanted = likeness(what)
    named = {one for one in among if wanted == likeness(directory.person(one).name)}
    return frozenset(handle & among | named | {what} & among)


def _ending(
    sessions: Iterable[Credential], invites: Iterable[Invite], open_: Iterable[Invite]
) -> Meant:
    """What ends: with a session also the invite that opened it, if it would open another."""
    came_by = {one.invite for one in sessions} & {one.id for one in open_}
    ids = {one.id: None for one in invites} | dict.fromkeys(sorted(came_by))
    return Meant(tuple(one.id for one in sessions), tuple(ids), tuple(sorted(came_by)))


def _which(
    directory: Directory, what: str, people: Iterable[str], sessions: Iterable[Credential]
) -> str:
    """Who may be meant, each with what tells them apart."""
    lines = []
    for known in sorted(map(directory.person, people), key=lambda one: one.handle):
        theirs = ", ".join(one.id for one in sessions if one.person == known.person)
        lines.append(f"@{known.handle} ({known.name}{theirs and f', session {theirs}'})")
    return (
        f"several people may be meant by {what}, and nobody was shown out; name one by the handle "
        f"or the session: {'; '.join(lines)}"
    )
