"""The codec: what comes off the wire is checked to the last field."""

import contextlib
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.clock import new_command_id, new_log_id
from warroom.domain.commands import DecisionText, Declare, ObjectTo, Post, ProposeDecision, TakeRole
from warroom.domain.vocabulary import Role, Scope
from warroom.protocol.codec import (
    MAX_CLIENT_FRAME,
    MAX_OFFER_FRAME,
    BadFrame,
    content_of,
    decode_answer,
    decode_client,
    decode_hub,
    encode,
    entries_frame,
    versions_of,
)
from warroom.protocol.envelopes import (
    Acked,
    Alive,
    ClientMessage,
    Entries,
    FromClient,
    Hello,
    Offer,
    Open,
    Presence,
    Submit,
)
from warroom.protocol.stewardship import HubShared, InviteSomeone, RevokeAccess

LOG = new_log_id()


def submit(command: object, **fields: object) -> dict[str, object]:
    """The builtin form of a submission, to be broken by a test."""
    return {
        "type": "submit",
        "id": new_command_id(),
        "log": LOG,
        "command": command,
        **fields,
    }


def refusal(frame: object) -> BadFrame:
    """How the codec refuses a frame."""
    data = frame if isinstance(frame, bytes | str) else msgspec.json.encode(frame)
    with pytest.raises(BadFrame) as caught:
        decode_client(data)
    return caught.value


@pytest.mark.parametrize(
    "message",
    [
        Hello(protocols=(1,), client="test", as_name="bo"),
        Open(log=LOG, after=3, head="ab" * 32),
        Submit(
            id=new_command_id(),
            log=LOG,
            command=TakeRole(role=Role.DEPUTY, reason="Ana lost her line"),
            seen=7,
            said_by="v1",
            occurred_at=datetime(2026, 11, 22, 3, 40, tzinfo=UTC),
        ),
        Submit(id=new_command_id(), log=LOG, command=ObjectTo(decision=2, reason="lag")),
        Alive(idle=3),
    ],
)
def test_a_client_message_survives_the_wire(message: ClientMessage) -> None:
    """Decode after encode is the same."""
    assert message == decode_client(encode(message))


@pytest.mark.parametrize("message", [Acked(id="a", log=LOG, seq=4), Presence(log=LOG, here=())])
def test_a_hub_message_survives_the_wire(message: Acked | Presence) -> None:
    """Decode after encode is the same, on the hub's side too."""
    assert message == decode_hub(encode(message))


def test_lines_go_into_an_entries_frame_byte_for_byte() -> None:
    """What the journal holds is what the client reads."""
    lines = [b'{"body":null,"header":{"seq":1},"type":"entry"}', b'{"x":2}']
    message = decode_hub(entries_frame(LOG, lines, [b'{"h":1}']))
    assert isinstance(message, Entries)
    assert lines == [bytes(raw) for raw in message.entries]
    assert [b'{"h":1}'] == [bytes(raw) for raw in message.heads]


def test_a_client_ignores_fields_of_a_newer_hub() -> None:
    """Forward compatibility: unknown fields from the hub are passed over."""
    assert Acked(id="a", log=LOG, seq=1) == decode_hub(
        b'{"type":"acked","id":"a","log":"%b","seq":1,"mood":"fine"}' % LOG.encode()
    )


def test_an_unknown_message_of_the_hub_is_a_bad_frame() -> None:
    """A client learns that it does not understand, and is not ended by it."""
    with pytest.raises(BadFrame, match="mood"):
        decode_hub(b'{"type":"mood"}')


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (submit({"do": "post"}), "text"),
        (submit({"do": "post", "text": ""}), "text"),
        (submit({"do": "post", "text": "  \n "}), "text"),
        (submit({"do": "post", "text": "x" * 40_001}), "40000"),
        (submit({"do": "post", "text": "a", "colour": "red"}), "colour"),
        (submit({"do": "act.overdue", "action": 1}), "act.overdue"),
        (submit({"do": "join", "person": "x", "name": "x", "handle": "x"}), "join"),
        (submit({"do": "object", "decision": 2**53, "reason": "x"}), "decision"),
        (submit({"do": "object", "decision": 1.5, "reason": "x"}), "decision"),
        (submit({"do": "post", "text": "a"}, seen=-1), "seen"),
        (submit({"do": "post", "text": "a"}, occurred_at="2026-11-22T03:40:00"), "occurred_at"),
        (submit({"do": "post", "text": "a"}, said_by="Bo Chen"), "said_by"),
        (submit({"do": "status", "to": "fine"}), "fine"),
    ],
)
def test_a_broken_command_is_refused_by_field(broken: dict[str, object], told: str) -> None:
    """Bad input names the field, and the sender learns which command it was."""
    refused = refusal(broken)
    assert told in str(refused)
    assert (broken["id"], LOG) == (refused.id, refused.log)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b'{"type":"submit"}',
        b'{"type":"shout","id":"x"}',
        b"NaN",
        b'{"type":"alive","idle":1e400}',
        b"[" * 20_000,
        b'{"type":"hello","protocols":[],"client":"x"}',
        b'{"type":"open","log":"../../etc"}',
    ],
)
def test_a_frame_that_names_no_command_is_refused_whole(frame: bytes) -> None:
    """What cannot be answered ends the connection, and only that."""
    assert refusal(frame).id is None


def test_only_ids_of_version_7_are_taken() -> None:
    """A timer's id, of version 5, cannot be sent early by anyone."""
    timers = "5ac63e9e-49fb-536a-988e-45d5320b3210"
    assert "id" in str(refusal({**submit({"do": "post", "text": "a"}), "id": timers}))


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\x7f", "\x9b", "\u202e", "\u2066"])
def test_control_and_bidirectional_characters_are_refused(char: str) -> None:
    """Nobody's text can hold an escape sequence or turn the line around; the field is named."""
    command = {"do": "propose", "decision": {"choice": "x", "options": ["fine", f"b{char}d"]}}
    refused = refusal(submit(command))
    assert "$.command.decision.options[1]" in str(refused)
    assert "character 2" in str(refused)


def test_tab_and_newline_are_text() -> None:
    """Pasted logs keep their shape."""
    message = decode_client(msgspec.json.encode(submit({"do": "post", "text": "a\tb\nc"})))
    assert isinstance(message, Submit)
    assert Post("a\tb\nc") == message.command


def test_what_a_command_asks_does_not_depend_on_its_id_or_what_was_seen() -> None:
    """A command sent again has the same content, another one does not."""
    first = Submit(id=new_command_id(), log=LOG, command=Declare(title="x"), seen=1)
    again = msgspec.structs.replace(first, id=new_command_id(), seen=9)
    other = msgspec.structs.replace(first, command=Declare(title="y"))
    proposal = ProposeDecision(decision=DecisionText(choice="x"))
    assert content_of(first) == content_of(again)
    assert content_of(first) != content_of(other)
    assert content_of(first) != content_of(msgspec.structs.replace(first, command=proposal))


@given(st.binary(max_size=300))
def test_nothing_a_peer_sends_raises_anything_else(data: bytes) -> None:
    """Arbitrary bytes are a message or a `BadFrame`."""
    with contextlib.suppress(BadFrame):
        assert decode_client(data) is not None


def test_an_offer_survives_the_wire_and_may_be_longer_than_a_command() -> None:
    """An entry can be somewhat longer than the command that made it."""
    line = b'{"body":"' + b"x" * MAX_CLIENT_FRAME + b'"}'
    offer = Offer(log=LOG, after=3, entries=(msgspec.Raw(line),))

    assert [line] == [bytes(raw) for raw in decode_client(encode(offer).decode()).entries]  # type: ignore[union-attr]
    longer = Offer(log=LOG, after=3, entries=(msgspec.Raw(line), msgspec.Raw(line)))
    assert f"and {MAX_OFFER_FRAME:,} is the most" in str(refusal(encode(longer)))
    assert "entries" in str(refusal({"type": "offer", "log": LOG, "after": 3, "entries": []}))


def test_only_an_offer_may_be_that_long() -> None:
    """In bytes, also where the text has fewer characters; a command that is too long is named."""
    frame = msgspec.json.encode(submit({"do": "post", "text": "é" * (MAX_CLIENT_FRAME // 2)}))
    refused = refusal(frame.decode())

    assert LOG == refused.log
    assert f"a frame of {len(frame):,} bytes, and {MAX_CLIENT_FRAME:,} is the most" == str(refused)


@pytest.mark.parametrize(
    "message",
    [
        Hello(protocols=(1,), client="x", name="Bo\x1b[2J"),
        InviteSomeone(invite="aaaaaaaa", code="0" * 64, scope=Scope.RESPONDER, name="\u202eoB"),
        RevokeAccess(what="bo\x07"),
    ],
    ids=lambda message: type(message).__name__,
)
def test_names_hold_nothing_that_a_terminal_obeys(message: FromClient) -> None:
    """Wherever one is given, not in commands alone."""
    with pytest.raises(BadFrame, match="remove it and send again"):
        decode_client(encode(message))


def test_the_operator_understands_more() -> None:
    """What only the one who runs a hub is told; others pass it over."""
    answer = HubShared(url="wrs://ops:8750/")
    assert answer == decode_answer(encode(answer))
    with pytest.raises(BadFrame):
        decode_hub(encode(answer))
    with pytest.raises(BadFrame):
        decode_answer(b'{"type":"mood"}')


@pytest.mark.parametrize(
    ("frame", "versions"),
    [
        ('{"type":"hello","protocols":[2,3],"new":{"a":1}}', (2, 3)),
        ('{"type":"hello","protocols":[1],"client":"x"}', (1,)),
        ('{"type":"list","protocols":[2]}', None),
        ('{"type":"hello","protocols":2}', None),
        ("[" * 5000, None),
    ],
)
def test_what_a_hello_of_any_version_offers(frame: str, versions: tuple[int, ...] | None) -> None:
    """A newer client may say more than this version knows, and is told that it is newer."""
    assert versions == versions_of(frame)
