"""Rules for attendance: who joined, and who is on the bridge by voice."""

from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.asked import Asked, Code, Ruling, refuse
from warroom.domain.events import PersonWords, RollWords
from warroom.domain.incident import Incident
from warroom.domain.names import voice_id

PeopleCommand: TypeAlias = c.CallRoll | c.Join


def rule(i: Incident, command: PeopleCommand, asked: Asked) -> Ruling:
    match command:
        case c.Join():
            return _join(i, command)
        case c.CallRoll():
            return _call(i, command)
        case unreachable:
            assert_never(unreachable)


def _join(i: Incident, command: c.Join) -> Ruling:
    if command.person in i.people:
        refuse(Code.CONFLICT, "{about} is in this room already", command.person)
    words = PersonWords(name=command.name, handle=command.handle, team=command.team)
    return Ruling(e.PersonJoined(person=command.person, words=words))


def _call(i: Incident, command: c.CallRoll) -> Ruling:
    for voice in command.people:
        if voice.person not in i.people and voice.person != voice_id(i.log, voice.handle):
            refuse(Code.INVALID, f"people: the id of @{voice.handle} is not that of a voice here")
    event = e.RollCalled(
        people=tuple(voice.person for voice in command.people),
        words=RollWords(tuple(voice.handle for voice in command.people)),
    )
    return Ruling(event)
