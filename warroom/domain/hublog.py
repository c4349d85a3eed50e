"""The hub's own log: its key, the people it knows, its default policy, steps of its clock.

One more log, folded in the same way. Only the hub writes to it.
"""

from typing import Annotated, TypeAlias, assert_never

from immutables import Map
from msgspec import Meta, Struct
from msgspec.structs import replace

from warroom.domain import events as e
from warroom.domain.commands import CommandBase, Handle, Line, PersonId
from warroom.domain.decide.asked import Asked, Code, Granted, Refused
from warroom.domain.events import DEFAULT_POLICY, PersonWords, Policy, Recorded
from warroom.domain.fold import source_of
from warroom.domain.incident import Source
from warroom.domain.vocabulary import Via

LABEL = "hub"
"""The label of the hub's own log."""


class FoundHub(CommandBase, frozen=True, tag="hub.found"):
    key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    policy: Policy


class RegisterPerson(CommandBase, frozen=True, tag="person.register"):
    """Know someone from now on: by their user id, or by the name they gave."""

    person: PersonId
    via: Via
    name: Line
    handle: Handle
    uid: int | None = None


class NoteClockStep(CommandBase, frozen=True, tag="clock.step"):
    by_ms: int


OwnCommand: TypeAlias = FoundHub | RegisterPerson | NoteClockStep


class Registered(Struct, frozen=True):
    """Someone the hub knows. Their name and handle stand in `source`."""

    via: Via
    uid: int | None
    source: Source


class HubState(Struct, frozen=True, kw_only=True):
    """The fold of the hub's own log."""

    log: str = ""
    seq: int = 0
    head: str = ""
    key: str = ""
    policy: Policy = DEFAULT_POLICY
    people: Map[str, Registered] = Map()
    unknown: int = 0


def apply_own(state: HubState, recorded: Recorded) -> HubState:
    """The hub's state after one more entry of its own log. Total, as `fold.apply` is."""
    state = replace(state, seq=recorded.seq, head=recorded.hash)
    match recorded.event:
        case e.HubFounded(key=key, policy=policy):
            return replace(state, key=key, policy=policy)
        case e.PersonRegistered(person=person, via=via, uid=uid):
            known = Registered(via, uid, source_of(recorded))
            return replace(state, people=state.people.set(person, known))
        case e.PolicyChanged(policy=policy):
            return replace(state, policy=policy)
        case e.Unknown():
            return replace(state, unknown=state.unknown + 1)
        case _:
            return state


def decide_own(state: HubState, command: OwnCommand, asked: Asked) -> Granted | Refused:
    """What comes of a command that the hub gives itself."""
    if state.unknown:
        return Refused(Code.TOO_NEW, "the hub's log was written by a newer hub; update this one")
    match command:
        case FoundHub(key=key, policy=policy):
            if state.seq:
                return Refused(Code.CONFLICT, "this hub is founded already")
            return Granted(e.HubFounded(key=key, policy=policy), None)
        case RegisterPerson():
            if command.person in state.people:
                return Refused(Code.CONFLICT, "{about} is known already", about=command.person)
            words = PersonWords(name=command.name, handle=command.handle)
            event = e.PersonRegistered(
                person=command.person, via=command.via, uid=command.uid, words=words
            )
            return Granted(event, None)
        case NoteClockStep(by_ms=by_ms):
            return Granted(e.ClockStepped(by_ms=by_ms), None)
        case unreachable:
            assert_never(unreachable)
