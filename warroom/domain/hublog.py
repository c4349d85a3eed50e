"""The hub's own log: its key, the people it knows, who may come in, its default policy, how long
words are kept, its clock.

One more log, folded in the same way. Only the hub writes to it.
"""

from typing import TypeAlias, assert_never

from immutables import Map
from msgspec import Struct
from msgspec.structs import replace

from warroom.domain import events as e
from warroom.domain.access import Access, AccessCommand, after_restore, apply_access
from warroom.domain.commands import CommandBase, Days, Handle, Line, PersonId, PublicKey
from warroom.domain.decide.access import decide_access
from warroom.domain.decide.asked import Asked, Code, Granted, Refused
from warroom.domain.events import DEFAULT_POLICY, LogAt, PersonWords, Policy, Recorded, TextWords
from warroom.domain.fold import source_of
from warroom.domain.incident import Source
from warroom.domain.naming import problem
from warroom.domain.vocabulary import Denied, Scope, Via


class FoundHub(CommandBase, frozen=True, tag="hub.found"):
    key: PublicKey
    policy: Policy


class RegisterPerson(CommandBase, frozen=True, tag="person.register"):
    """Know someone from now on: by their user id, or by the name they gave."""

    person: PersonId
    via: Via
    name: Line
    handle: Handle
    uid: int | None = None


class RenamePerson(CommandBase, frozen=True, tag="person.rename"):
    """Someone has changed their name in a room."""

    person: PersonId
    name: Line


class NoteRead(CommandBase, frozen=True, tag="restricted.read"):
    """Someone is about to be shown a restricted room."""

    log: str
    person: PersonId
    scope: Scope


class NoteExport(CommandBase, frozen=True, tag="room.export"):
    """Someone is about to be given a log for a file."""

    log: str
    person: PersonId
    scope: Scope


class NoteDenial(CommandBase, frozen=True, tag="access.deny"):
    """Someone was refused."""

    denied: Denied
    person: PersonId | None = None
    log: str | None = None
    credential: str | None = None


class NoteClockStep(CommandBase, frozen=True, tag="clock.step"):
    by_ms: int


class SetRetention(CommandBase, frozen=True, tag="retention.set"):
    """Keep words for so many days after their room ended, or else for ever."""

    days: Days | None = None


class NoteRestore(CommandBase, frozen=True, tag="hub.restore"):
    """The journal was put back from a backup that held these rooms."""

    rooms: tuple[LogAt, ...] = ()


class NoteAdoption(CommandBase, frozen=True, tag="room.adopt"):
    """A room of another hub was taken in, which had signed it with `key`."""

    log: str
    seq: int
    hash: str
    key: str


OwnCommand: TypeAlias = (
    FoundHub
    | RegisterPerson
    | RenamePerson
    | NoteRead
    | NoteExport
    | NoteDenial
    | NoteClockStep
    | SetRetention
    | NoteRestore
    | NoteAdoption
    | AccessCommand
)


class Registered(Struct, frozen=True):
    """Someone the hub knows. Their name and handle stand in `source`."""

    via: Via
    uid: int | None
    source: Source


class HubState(Struct, frozen=True, kw_only=True):
    """The fold of the hub's own log.

    `restore` is the id of the last restore from a backup, and `restored` how far each room went
    then; `adopted` are the rooms taken in from other hubs, with the keys of those. `retention` is
    for how many days words are kept after their room ended, None for ever.
    """

    log: str = ""
    seq: int = 0
    head: str = ""
    key: str = ""
    policy: Policy = DEFAULT_POLICY
    retention: int | None = None
    people: Map[str, Registered] = Map()
    restore: str = ""
    restored: Map[str, int] = Map()
    adopted: Map[str, str] = Map()
    access: Access = Access()
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
        case e.RetentionSet(days=days):
            return replace(state, retention=days)
        case e.HubRestored(rooms=rooms):
            held = Map((room.log, room.seq) for room in rooms)
            return replace(
                state,
                restore=recorded.id,
                restored=held,
                access=after_restore(state.access),
            )
        case e.RoomAdopted(log=log, key=key):
            return replace(state, adopted=state.adopted.set(log, key))
        case e.Unknown():
            return replace(state, unknown=state.unknown + 1)
        case event if isinstance(event, e.AccessEvent):
            return replace(state, access=apply_access(state.access, event, recorded))
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
        case RegisterPerson() | RenamePerson():
            return _decide_person(state, command)
        case NoteRead() | NoteExport() | NoteDenial() | NoteClockStep() | NoteRestore():
            return Granted(_noted(command), None)
        case SetRetention(days=days):
            return Granted(e.RetentionSet(days=days), None)
        case NoteAdoption(log=log, seq=seq, hash=hash, key=key):
            if log in state.adopted:
                return Refused(Code.CONFLICT, "this room is adopted already")
            return Granted(e.RoomAdopted(log=log, seq=seq, hash=hash, key=key), None)
        case access if isinstance(access, AccessCommand):
            return decide_access(state.access, access, asked, state.people)
        case unreachable:
            assert_never(unreachable)


def _noted(
    command: NoteRead | NoteExport | NoteDenial | NoteClockStep | NoteRestore,
) -> e.HubEvent:
    """What is only noted: it has happened, or will at once."""
    match command:
        case NoteRead(log=log, person=person, scope=scope):
            return e.RestrictedRead(log=log, person=person, scope=scope)
        case NoteExport(log=log, person=person, scope=scope):
            return e.RoomExported(log=log, person=person, scope=scope)
        case NoteDenial(denied=denied, person=whose, log=meant, credential=shown):
            return e.AccessDenied(denied=denied, person=whose, log=meant, credential=shown)
        case NoteClockStep(by_ms=by_ms):
            return e.ClockStepped(by_ms=by_ms)
        case NoteRestore(rooms=rooms):
            return e.HubRestored(rooms=rooms)
        case unreachable:
            assert_never(unreachable)


def _decide_person(state: HubState, command: RegisterPerson | RenamePerson) -> Granted | Refused:
    match command:
        case RegisterPerson(person=person) if person in state.people:
            return Refused(Code.CONFLICT, "{about} is known already", about=person)
        case RegisterPerson(name=name, handle=handle) as known:
            said = problem(name) or problem(handle)
            if said is not None:
                return Refused(Code.INVALID, said)
            words = PersonWords(name=name, handle=handle)
            event = e.PersonRegistered(
                person=known.person, via=known.via, uid=known.uid, words=words
            )
            return Granted(event, None)
        case RenamePerson(person=person, name=name):
            if person not in state.people:
                return Refused(Code.NOT_FOUND, "nobody with that id is known here")
            return Granted(e.PersonRenamed(person=person, words=TextWords(name)), None)
        case unreachable:
            assert_never(unreachable)
