"""The hub's own log: its key, its people, its policy, the steps of its clock."""

from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from tests.unit.conftest import KEY, NINE, entry_hash, entry_id
from warroom.domain import events as e
from warroom.domain.decide import Asked, Code, Granted, Refused
from warroom.domain.events import DEFAULT_POLICY, PersonWords, Recorded
from warroom.domain.hublog import (
    FoundHub,
    HubState,
    NoteAdoption,
    NoteClockStep,
    NoteDenial,
    NoteExport,
    NoteRead,
    NoteRestore,
    OwnCommand,
    RegisterPerson,
    RenamePerson,
    SetRetention,
    apply_own,
    decide_own,
)
from warroom.domain.vocabulary import HUB, Denied, Scope, Via

ASKED = Asked(person=HUB, via=Via.HUB, at=NINE, scope=Scope.HUB)
FOUND = FoundHub(key=KEY, policy=DEFAULT_POLICY)
ADOPTED = NoteAdoption(log="a" * 32, seq=4, hash="0" * 64, key="cd" * 32)
ANA = RegisterPerson(person="ana", via=Via.OS, uid=1000, name="Ana", handle="ana")


def recorded(event: e.Event | e.Unknown, seq: int) -> Recorded:
    return Recorded(
        seq=seq, id=entry_id(seq), hash=entry_hash(seq), at=NINE, by=HUB, via=Via.HUB, event=event
    )


def after(*commands: OwnCommand) -> HubState:
    """The hub's state after commands that were all granted."""
    state = HubState(log="f" * 32)
    for command in commands:
        answer = decide_own(state, command, ASKED)
        assert isinstance(answer, Granted)
        state = apply_own(state, recorded(answer.event, state.seq + 1))
    return state


def test_a_hub_is_founded_once() -> None:
    """G1: entry 1 carries its key and the policy that its rooms begin with."""
    assert Granted(e.HubFounded(key=KEY, policy=DEFAULT_POLICY), None) == decide_own(
        HubState(), FOUND, ASKED
    )
    state = after(FOUND)
    assert (KEY, DEFAULT_POLICY, 1, entry_hash(1)) == (
        state.key,
        state.policy,
        state.seq,
        state.head,
    )
    expected = Refused(Code.CONFLICT, "this hub is founded already")
    assert expected == decide_own(state, FOUND, ASKED)


def test_a_person_is_known_from_then_on() -> None:
    """G1: the facts say how the hub knows them, the words what they are called."""
    words = PersonWords(name="Ana", handle="ana")
    event = e.PersonRegistered(person="ana", via=Via.OS, uid=1000, words=words)
    assert Granted(event, None) == decide_own(after(FOUND), ANA, ASKED)
    state = after(FOUND, ANA)
    known = state.people["ana"]
    assert (Via.OS, 1000, 2) == (known.via, known.uid, known.source.seq)
    expected = Refused(Code.CONFLICT, "{about} is known already", about="ana")
    assert expected == decide_own(state, ANA, ASKED)


def test_steps_of_the_clock_are_noted() -> None:
    """G1: the log shows when the machine's clock was set; the state does not change."""
    state = after(FOUND)
    step = decide_own(state, NoteClockStep(by_ms=-3600_000), ASKED)
    assert Granted(e.ClockStepped(by_ms=-3600_000), None) == step
    stepped = after(FOUND, NoteClockStep(by_ms=-3600_000))
    assert state == replace(stepped, seq=state.seq, head=state.head)


def test_how_long_words_are_kept_is_one_setting() -> None:
    """For ever at first; what was set last counts."""
    assert after(FOUND).retention is None
    granted = decide_own(after(FOUND), SetRetention(days=90), ASKED)
    assert Granted(e.RetentionSet(days=90), None) == granted
    assert 90 == after(FOUND, SetRetention(days=90)).retention
    assert after(FOUND, SetRetention(days=90), SetRetention()).retention is None


def test_a_restore_is_noted_with_the_rooms_that_came_back() -> None:
    """The last restore counts: its id, and how far each room went."""
    first, second = e.LogAt("a" * 32, 4, "0" * 64), e.LogAt("b" * 32, 7, "1" * 64)
    restore = NoteRestore(rooms=(first, second))
    assert Granted(e.HubRestored(rooms=(first, second)), None) == decide_own(
        after(FOUND), restore, ASKED
    )
    state = after(FOUND, restore, NoteRestore(rooms=(second,)))
    assert (entry_id(3), {"b" * 32: 7}) == (state.restore, dict(state.restored))


def test_an_adoption_is_noted_once() -> None:
    """With the key of the hub that the room comes from."""
    event = e.RoomAdopted(log="a" * 32, seq=4, hash="0" * 64, key="cd" * 32)
    assert Granted(event, None) == decide_own(after(FOUND), ADOPTED, ASKED)
    state = after(FOUND, ADOPTED)
    assert {"a" * 32: "cd" * 32} == dict(state.adopted)
    expected = Refused(Code.CONFLICT, "this room is adopted already")
    assert expected == decide_own(state, ADOPTED, ASKED)


def test_the_policy_is_the_last_one() -> None:
    """What rooms begin with can change."""
    quicker = replace(DEFAULT_POLICY, objection_window=10)
    state = apply_own(after(FOUND), recorded(e.PolicyChanged(policy=quicker), 2))
    assert quicker == state.policy


def test_a_log_of_a_newer_hub_is_only_read() -> None:
    """An entry that this version cannot read is counted, and stops all writing."""
    state = apply_own(after(FOUND), recorded(e.Unknown(kind="grant.given"), 2))
    assert (1, 2) == (state.unknown, state.seq)
    answer = decide_own(state, ANA, ASKED)
    assert isinstance(answer, Refused)
    assert Code.TOO_NEW is answer.code


def test_an_entry_of_an_incident_only_moves_the_head() -> None:
    """The fold is total, whatever stands in the log."""
    state = after(FOUND)
    strange = apply_own(state, recorded(e.NotePosted(), 2))
    assert replace(state, seq=2, head=entry_hash(2)) == strange


@pytest.mark.parametrize("command", [FOUND, ANA, NoteClockStep(by_ms=1), NoteRestore(), ADOPTED])
def test_commands_of_the_hub_survive_json(command: OwnCommand) -> None:
    """Each is the same after it was written and read again."""
    decoder = msgspec.json.Decoder(OwnCommand)
    assert command == decoder.decode(msgspec.json.encode(command))
    assert type(command) in get_args(OwnCommand)


def test_a_command_of_another_kind_is_a_bug() -> None:
    """A command that this log does not know fails loudly."""
    with pytest.raises(AssertionError):
        decide_own(HubState(), "found", ASKED)  # type: ignore[arg-type]


def test_a_change_of_name_is_recorded_for_who_is_known() -> None:
    """The hub's own log says what they were called, and since when they are not."""
    known = after(FOUND, ANA)
    rename = RenamePerson(person="ana", name="Ana Berg")
    renamed = e.PersonRenamed(person="ana", words=e.TextWords("Ana Berg"))
    assert Granted(renamed, None) == decide_own(known, rename, ASKED)
    stranger = decide_own(known, RenamePerson(person="eve", name="Eve"), ASKED)
    assert Refused(Code.NOT_FOUND, "nobody with that id is known here") == stranger


def test_nobody_is_registered_under_a_name_that_is_none() -> None:
    """Whoever asks: neither as a name nor as a handle."""
    for named in (replace(ANA, name="hub"), replace(ANA, handle="everyone")):
        said = decide_own(after(FOUND), named, ASKED)
        assert isinstance(said, Refused)
        assert Code.INVALID == said.code


def test_a_reading_of_a_restricted_room_is_recorded() -> None:
    """Who, which log, as what."""
    note = NoteRead(log="a" * 32, person="ana", scope=Scope.AUDITOR)
    read = e.RestrictedRead(log="a" * 32, person="ana", scope=Scope.AUDITOR)
    assert Granted(read, None) == decide_own(after(FOUND, ANA), note, ASKED)


def test_an_export_is_recorded() -> None:
    """Who, which log, as what."""
    note = NoteExport(log="a" * 32, person="ana", scope=Scope.AUDITOR)
    exported = e.RoomExported(log="a" * 32, person="ana", scope=Scope.AUDITOR)
    assert Granted(exported, None) == decide_own(after(FOUND, ANA), note, ASKED)


def test_a_refusal_is_recorded() -> None:
    """What, whom, and what they showed or meant."""
    note = NoteDenial(denied=Denied.ENTRY, person="ana", credential="5e")
    denied = e.AccessDenied(denied=Denied.ENTRY, person="ana", credential="5e")
    assert Granted(denied, None) == decide_own(after(FOUND, ANA), note, ASKED)
