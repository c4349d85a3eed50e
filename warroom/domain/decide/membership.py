"""Rules for restricted rooms: who may be there is said by who commands, by name, and recorded."""

from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.asked import Asked, Code, Named, Ruling, refuse, words
from warroom.domain.events import PersonWords
from warroom.domain.incident import Incident

MembershipCommand: TypeAlias = c.Restrict | c.Admit | c.Remove


def rule(i: Incident, command: MembershipCommand, asked: Asked) -> Ruling:
    match command:
        case c.Restrict():
            return _restrict(i, command, asked)
        case c.Admit():
            return _admit(i, command, asked)
        case c.Remove():
            return _remove(i, command, asked)
        case unreachable:
            assert_never(unreachable)


def _restrict(i: Incident, command: c.Restrict, asked: Asked) -> Ruling:
    """Those who are in the room have read it: they stay, and nobody else comes in."""
    if i.restricted:
        refuse(Code.CONFLICT, "this room is restricted already")
    inside = {person for person, known in i.people.items() if not known.voice}
    members = tuple(sorted(inside | {i.declared_by, asked.person}))
    return Ruling(e.RoomRestricted(members=members, words=words(command.reason)))


def _admit(i: Incident, command: c.Admit, asked: Asked) -> Ruling:
    named = _named(i, command.handle, asked)
    if named.person in i.members:
        refuse(Code.CONFLICT, f"@{named.handle} is in this room already")
    admitted = PersonWords(name=named.name, handle=named.handle)
    return Ruling(e.MemberAdmitted(person=named.person, words=admitted))


def _remove(i: Incident, command: c.Remove, asked: Asked) -> Ruling:
    named = _named(i, command.handle, asked)
    if named.person not in i.members:
        refuse(Code.CONFLICT, f"@{named.handle} is not in this room")
    if named.person == i.commander:
        refuse(
            Code.ILLEGAL_STATE,
            "{about} is in command; take command first: /role ic because REASON",
            named.person,
        )
    return Ruling(e.MemberRemoved(person=named.person, words=words(command.reason)))


def _named(i: Incident, handle: str, asked: Asked) -> Named:
    """Whom a command is about. It is given by the commander's own hand, not by word of mouth."""
    if not i.restricted:
        refuse(Code.ILLEGAL_STATE, "this room is open to all; /restrict closes it first")
    if asked.speaker != asked.person:
        refuse(Code.NOT_ALLOWED, "who is let in or shown out is said by who commands, themselves")
    if asked.named is None:
        refuse(
            Code.NOT_FOUND,
            f"the hub knows nobody called @{handle}; whoever is let in must have come to it once",
        )
    return asked.named
