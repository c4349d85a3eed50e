"""Rules for people: who joined, who is on the bridge by voice, what they are called."""

from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.asked import NO_ROOM, Asked, Code, Ruling, in_room, refuse
from warroom.domain.events import PersonWords, RollWords, TextWords
from warroom.domain.incident import Incident
from warroom.domain.names import voice_id
from warroom.domain.naming import problem

PeopleCommand: TypeAlias = c.CallRoll | c.Rename | c.Join | c.NoteName


def rule(i: Incident, command: PeopleCommand, asked: Asked) -> Ruling:
    match command:
        case c.Join():
            return _join(i, command)
        case c.CallRoll():
            return _call(i, command)
        case c.Rename():
            return _rename(i, command, asked)
        case c.NoteName(person=person, name=name):
            return _named(i, person, name)
        case unreachable:
            assert_never(unreachable)


def _join(i: Incident, command: c.Join) -> Ruling:
    if i.attends(command.person):
        refuse(Code.CONFLICT, "{about} is in this room already", command.person)
    if not i.open_to(command.person):
        refuse(Code.NOT_FOUND, NO_ROOM)
    words = PersonWords(name=command.name, handle=command.handle, team=command.team)
    return Ruling(e.PersonJoined(person=command.person, words=words))


def _call(i: Incident, command: c.CallRoll) -> Ruling:
    for voice in command.people:
        said = problem(voice.handle)
        if said is not None and voice.person not in i.people:
            refuse(Code.INVALID, f"people: {said}")
        if voice.person not in i.people and voice.person != voice_id(i.log, voice.handle):
            refuse(Code.INVALID, f"people: the id of @{voice.handle} is not that of a voice here")
    event = e.RollCalled(
        people=tuple(voice.person for voice in command.people),
        words=RollWords(tuple(voice.handle for voice in command.people)),
    )
    return Ruling(event)


def _rename(i: Incident, command: c.Rename, asked: Asked) -> Ruling:
    if asked.speaker != asked.person:
        refuse(Code.INVALID, "a name is changed by who goes by it, and by nobody for them")
    return _named(i, asked.person, command.name)


def _named(i: Incident, person: str, name: str) -> Ruling:
    said = problem(name)
    if said is not None:
        refuse(Code.INVALID, f"name: {said}")
    return Ruling(e.PersonRenamed(person=in_room(i, person), words=TextWords(name)))
