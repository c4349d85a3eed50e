"""Who may come in: invites are used up, expire and end; sessions are opened, renewed and ended."""

from datetime import datetime, timedelta
from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from tests.unit.conftest import KEY, NINE, entry_hash, entry_id
from warroom.domain import events as e
from warroom.domain.access import (
    INVITABLE,
    MOST_EARLIER,
    SESSION_LASTS,
    Access,
    AccessCommand,
    EndSession,
    Invite,
    MakeInvite,
    NotePlace,
    OpenSession,
    RenewSession,
    RevokeInvite,
    RotateSession,
    apply_access,
    invite_is_over,
    session_is_over,
)
from warroom.domain.decide import Asked, Code, Granted, Refused
from warroom.domain.decide.access import decide_access
from warroom.domain.events import DEFAULT_POLICY, NameWords, PlaceWords, Recorded
from warroom.domain.hublog import (
    FoundHub,
    HubState,
    NoteRestore,
    OwnCommand,
    RegisterPerson,
    apply_own,
    decide_own,
)
from warroom.domain.permissions import REACH
from warroom.domain.vocabulary import Audience, Scope, Via

CODE, TOKEN, OTHER = "c0" * 32, "70" * 32, "0e" * 32
HOUR = timedelta(hours=1)
INVITE = MakeInvite(
    invite="aaaaaaaa", code=CODE, scope=Scope.RESPONDER, uses=1, expires_at=NINE + HOUR, name="Bo"
)
OPEN = OpenSession(session="55555555", person="bo", token=TOKEN, invite="aaaaaaaa")
ROTATE = RotateSession(session="55555555", token=OTHER)
RENEW = RenewSession(session="55555555")
END = EndSession(session="55555555")
SEEN = NotePlace(session="55555555", address="10.0.0.7", client="warroom 1")


def recorded(event: e.Event, seq: int, at: datetime = NINE) -> Recorded:
    return Recorded(
        seq=seq, id=entry_id(seq), hash=entry_hash(seq), at=at, by="ana", via=Via.OS, event=event
    )


def asked(at: datetime = NINE) -> Asked:
    return Asked(person="ana", via=Via.OS, at=at, scope=Scope.HUB)


class Door:
    """The hub's log under test, with Ana and Bo known in it."""

    def __init__(self, *commands: AccessCommand) -> None:
        self.state = HubState(log="f" * 32)
        self._do(FoundHub(key=KEY, policy=DEFAULT_POLICY))
        for person in ("ana", "bo"):
            self._do(RegisterPerson(person=person, via=Via.OS, name=person, handle=person))
        for command in commands:
            self.does(command)

    @property
    def access(self) -> Access:
        return self.state.access

    def does(self, command: AccessCommand, at: datetime = NINE) -> None:
        self._do(command, at)

    def refuses(self, command: AccessCommand, at: datetime = NINE) -> tuple[Code, str]:
        answer = decide_own(self.state, command, asked(at))
        assert isinstance(answer, Refused), answer
        return answer.code, answer.text

    def _do(self, command: OwnCommand, at: datetime = NINE) -> None:
        answer = decide_own(self.state, command, asked(at))
        assert isinstance(answer, Granted), answer
        self.state = apply_own(self.state, recorded(answer.event, self.state.seq + 1, at))


def test_an_invite_is_kept_as_its_digest() -> None:
    """Facts are ids, digests, scope and times; the name is words."""
    made = decide_own(Door().state, INVITE, asked())
    event = e.InviteMade(
        invite="aaaaaaaa",
        code=CODE,
        scope=Scope.RESPONDER,
        uses=1,
        expires_at=NINE + HOUR,
        words=NameWords("Bo"),
    )
    assert Granted(event, None) == made
    access = Door(INVITE).access
    assert "aaaaaaaa" == access.codes[CODE]
    assert (
        Invite(
            id="aaaaaaaa",
            seq=4,
            scope=Scope.RESPONDER,
            uses=1,
            made_by="ana",
            made_at=NINE,
            expires_at=NINE + HOUR,
            person=None,
        )
        == access.invites["aaaaaaaa"]
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"scope": Scope.HUB}, Code.INVALID),
        ({"scope": Scope.GUEST}, Code.INVALID),
        ({"bound": "f" * 32}, Code.INVALID),
        ({"scope": Scope.STAKEHOLDER}, Code.INVALID),
        ({"audience": Audience.CUSTOMERS}, Code.INVALID),
        ({"expires_at": NINE}, Code.INVALID),
        ({"expires_at": NINE + timedelta(days=30, seconds=1)}, Code.INVALID),
        ({"person": "cy"}, Code.NOT_FOUND),
        ({"invite": "aaaaaaaa"}, Code.CONFLICT),
        ({"code": CODE}, Code.CONFLICT),
    ],
)
def test_what_no_invite_can_be(changed: dict[str, object], code: Code) -> None:
    """A scope that is not enforced is not given; ids and codes are new; the time is bounded."""
    fresh = msgspec.structs.replace(INVITE, invite="bbbbbbbb", code=OTHER, name=None)
    door = Door(INVITE)
    assert code is door.refuses(msgspec.structs.replace(fresh, **changed))[0]
    door.does(fresh)


def test_an_invite_is_used_up_by_the_session_it_opens() -> None:
    """One entry is both: nothing can come between."""
    door = Door(INVITE, OPEN)
    session = door.access.sessions["55555555"]
    assert ("bo", Scope.RESPONDER, TOKEN, NINE + SESSION_LASTS) == (
        session.person,
        session.scope,
        session.token,
        session.expires_at,
    )
    again = msgspec.structs.replace(OPEN, session="66666666", token=OTHER)
    assert (Code.NOT_ALLOWED, "this invite was used already") == door.refuses(again)


def test_an_invite_for_several_opens_as_many_sessions() -> None:
    """Each of them another."""
    door = Door(msgspec.structs.replace(INVITE, uses=2), OPEN)
    assert (Code.CONFLICT, "there is such a session already") == door.refuses(OPEN)
    again = msgspec.structs.replace(OPEN, session="66666666")
    assert (Code.CONFLICT, "there is such a session already") == door.refuses(again)
    door.does(msgspec.structs.replace(again, token=OTHER))
    assert 2 == len(door.access.sessions)


def test_an_invite_for_someone_lets_in_nobody_else() -> None:
    """It opens one more session of a person whom the hub knows."""
    door = Door(msgspec.structs.replace(INVITE, person="bo"))
    wrong = msgspec.structs.replace(OPEN, person="ana")
    assert (Code.NOT_ALLOWED, "this invite is for someone else") == door.refuses(wrong)
    door.does(OPEN)


def test_an_invite_that_is_over_says_how() -> None:
    """Used, expired, or revoked."""
    door = Door(INVITE)
    invite = door.access.invites["aaaaaaaa"]
    assert invite_is_over(invite, NINE) is None
    assert f"this invite expired at {NINE + HOUR:%Y-%m-%d %H:%M} UTC" == invite_is_over(
        invite, NINE + HOUR
    )
    assert Code.NOT_ALLOWED is door.refuses(OPEN, NINE + HOUR)[0]
    door.does(RevokeInvite(invite="aaaaaaaa"))
    assert (Code.NOT_ALLOWED, "this invite was revoked") == door.refuses(OPEN)
    assert (Code.CONFLICT, "this invite was revoked") == door.refuses(
        RevokeInvite(invite="aaaaaaaa")
    )
    assert Code.NOT_FOUND is door.refuses(RevokeInvite(invite="bbbbbbbb"))[0]


def test_an_invite_from_before_a_restore_is_void() -> None:
    """Whether it was used or revoked since the backup, nobody knows; sessions hold."""
    door = Door(replace(INVITE, uses=2), OPEN)
    door._do(NoteRestore())
    text = "this invite ended when the hub came back from a backup"
    assert text == invite_is_over(door.access.invites["aaaaaaaa"], NINE)
    assert session_is_over(door.access.sessions["55555555"], NINE) is None


def test_nobody_unknown_comes_in() -> None:
    """Neither without an invite, nor before the hub knows them."""
    assert Code.NOT_FOUND is Door().refuses(OPEN)[0]
    cy = msgspec.structs.replace(OPEN, person="cy")
    assert Code.NOT_FOUND is Door(INVITE).refuses(cy)[0]


def test_a_token_is_changed_in_two_steps() -> None:
    """Both hold until the new one was used; from then on only that one."""
    door = Door(INVITE, OPEN, ROTATE)
    session = door.access.sessions["55555555"]
    assert (TOKEN, OTHER, NINE + SESSION_LASTS) == (session.token, session.next, session.expires_at)
    assert (Code.CONFLICT, "this token is known already") == door.refuses(ROTATE)
    later = NINE + timedelta(days=2)
    door.does(RENEW, later)
    session = door.access.sessions["55555555"]
    assert (OTHER, None, later, later + SESSION_LASTS) == (
        session.token,
        session.next,
        session.renewed_at,
        session.expires_at,
    )
    assert (Code.CONFLICT, "this session is renewed already") == door.refuses(RENEW)
    assert {TOKEN: "55555555", OTHER: "55555555"} == dict(door.access.tokens)


def test_tokens_that_were_replaced_are_forgotten_in_the_end() -> None:
    """The one in use never is; of the others the last few still tell who shows them."""
    door = Door(INVITE, OPEN)
    digests = [f"{number:064x}" for number in range(20)]
    for digest in digests:
        door.does(RotateSession(session="55555555", token=digest))
    assert {TOKEN, *digests[-MOST_EARLIER - 1 :]} == set(door.access.tokens)
    door.does(RENEW)
    assert {TOKEN, *digests[-MOST_EARLIER:]} == set(door.access.tokens)
    assert digests[-1] == door.access.sessions["55555555"].token


def test_a_digest_that_two_sessions_had_is_not_forgotten_for_one() -> None:
    """No hub writes such a log; whoever folds one keeps what the other has."""
    access = Door(INVITE, OPEN).access
    rotated = [e.SessionRotated(session="55555555", token=f"{n:064x}") for n in range(12)]
    stolen = e.SessionRotated(session="66666666", token=f"{0:064x}")
    for seq, event in enumerate([*rotated[:1], stolen, *rotated[1:]], 10):
        access = apply_access(access, event, recorded(event, seq))
    assert "66666666" == access.tokens[f"{0:064x}"]


@pytest.mark.parametrize("command", [ROTATE, RENEW, END, SEEN])
def test_a_session_that_is_over_stays_so(command: AccessCommand) -> None:
    """Ended, expired, or never there."""
    assert Code.NOT_FOUND is Door().refuses(command)[0]
    steps = (INVITE, OPEN) if command == ROTATE else (INVITE, OPEN, ROTATE)
    ended = Door(*steps, END)
    assert (Code.CONFLICT, "this session was revoked") == ended.refuses(command)
    late = NINE + SESSION_LASTS
    assert (Code.CONFLICT, f"this session expired at {late:%Y-%m-%d %H:%M} UTC") == Door(
        *steps
    ).refuses(command, late)


def test_where_someone_came_from_is_words() -> None:
    """An address can be redacted; it changes nothing."""
    door = Door(INVITE, OPEN)
    before = door.access
    event = e.SessionSeen(session="55555555", words=PlaceWords("10.0.0.7", "warroom 1"))
    assert Granted(event, None) == decide_own(door.state, SEEN, asked())
    door.does(SEEN)
    assert before == door.access
    assert session_is_over(door.access.sessions["55555555"], NINE) is None


@pytest.mark.parametrize(
    "event",
    [
        e.InviteRevoked(invite="bbbbbbbb"),
        e.SessionRenewed(session="66666666", expires_at=NINE),
        e.SessionEnded(session="66666666"),
    ],
    ids=lambda event: event.kind,
)
def test_what_is_not_there_is_left_alone(event: e.AccessEvent) -> None:
    """The fold is total."""
    access = Door(INVITE, OPEN).access
    assert access == apply_access(access, event, recorded(event, 9))


def test_strange_entries_fold() -> None:
    """A renewal of what was not rotated, a session from no invite, a token for no session."""
    access = Door(INVITE, OPEN).access
    renewed = e.SessionRenewed(session="55555555", expires_at=NINE)
    assert access == apply_access(access, renewed, recorded(renewed, 9))
    opened = e.SessionOpened(
        session="77777777",
        person="bo",
        scope=Scope.OBSERVER,
        token=OTHER,
        invite="bbbbbbbb",
        expires_at=NINE,
    )
    assert "77777777" in apply_access(access, opened, recorded(opened, 9)).sessions
    rotated = e.SessionRotated(session="66666666", token=OTHER)
    folded = apply_access(access, rotated, recorded(rotated, 9))
    assert access.sessions == folded.sessions


def test_a_value_outside_the_types_is_a_bug() -> None:
    """It fails loudly."""
    with pytest.raises(AssertionError):
        decide_access(Access(), "open", asked(), ())  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        apply_access(Access(), "opened", recorded(e.NotePosted(), 1))  # type: ignore[arg-type]


@pytest.mark.parametrize("command", [INVITE, RevokeInvite(invite="aaaaaaaa"), OPEN, ROTATE, SEEN])
def test_commands_survive_json(command: AccessCommand) -> None:
    """Each is the same after it was written and read again."""
    decoder = msgspec.json.Decoder(AccessCommand)
    assert command == decoder.decode(msgspec.json.encode(command))
    assert type(command) in get_args(AccessCommand)


def test_a_session_is_for_what_its_invite_was() -> None:
    """A guest for one room, a stakeholder for one audience."""
    guest = msgspec.structs.replace(INVITE, scope=Scope.GUEST, bound="f" * 32)
    session = Door(guest, OPEN).access.sessions["55555555"]
    assert (Scope.GUEST, "f" * 32, None) == (session.scope, session.bound, session.audience)
    told = msgspec.structs.replace(INVITE, scope=Scope.STAKEHOLDER, audience=Audience.CUSTOMERS)
    session = Door(told, OPEN).access.sessions["55555555"]
    assert (Scope.STAKEHOLDER, Audience.CUSTOMERS) == (session.scope, session.audience)


def test_nobody_is_invited_as_the_hub() -> None:
    """What an invite may give is all that permissions know, and never the hub's own."""
    assert set(REACH) - {Scope.HUB} == INVITABLE


@pytest.mark.parametrize("name", ["hub", "a\u200bb", "..."])
def test_nobody_is_invited_by_a_name_that_they_could_not_have(name: str) -> None:
    """They would learn it only when they come."""
    code, text = Door().refuses(replace(INVITE, name=name))
    assert Code.INVALID is code
    assert text.startswith(f"nobody could join as {name}: ")
