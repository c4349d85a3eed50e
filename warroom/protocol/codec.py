"""Frames to messages and back. What a client sends is checked to the last field."""

from functools import cache
from typing import Any, TypeAlias, TypeVar

import msgspec

from warroom.domain.vocabulary import Code
from warroom.log.chain import canonical
from warroom.protocol.envelopes import (
    ClientMessage,
    FromClient,
    FromHub,
    Hello,
    HubMessage,
    Offer,
    Submit,
)
from warroom.protocol.stewardship import (
    InviteSomeone,
    RevokeAccess,
    StewardAnswer,
    StewardMessage,
)
from warroom.text import forbidden_in

Heard: TypeAlias = HubMessage | StewardAnswer
"""Anything that the hub says."""

MAX_CLIENT_FRAME = 64 * 1024
"""Bytes of the largest frame that a client may send, unless it is an offer."""

MAX_OFFER_FRAME = 68 * 1024
"""Bytes of the largest offer: an entry can be somewhat longer than the command that made it."""

MAX_HUB_FRAME = 256 * 1024
"""Bytes of the largest frame that the hub sends."""


class BadFrame(ValueError):
    """A frame that says nothing valid. The message names the field and what is wrong with it.

    `id` and `log` are the command's, if the frame at least said them: then the command alone is
    refused; otherwise the connection ends.
    """

    def __init__(self, text: str, id: str | None = None, log: str | None = None) -> None:
        super().__init__(text)
        self.code = Code.INVALID
        self.id = id
        self.log = log


class _Greeting(msgspec.Struct, tag="hello"):
    """What a hello of any version says for two sides to find out whether they share one."""

    protocols: tuple[int, ...]


class _Named(msgspec.Struct):
    """The least a broken command must say for its sender to learn what is wrong."""

    id: str
    log: str


_Message = TypeVar("_Message")
_greeting_decoder = msgspec.json.Decoder(_Greeting)
_named_decoder = msgspec.json.Decoder(_Named)
_encoder = msgspec.json.Encoder()


# To make one takes as long as a dozen modules do to load, and no process needs all of them.


@cache
def _client_decoder() -> msgspec.json.Decoder[ClientMessage | StewardMessage]:
    return msgspec.json.Decoder(ClientMessage | StewardMessage)


@cache
def _hub_decoder() -> msgspec.json.Decoder[HubMessage]:
    return msgspec.json.Decoder(HubMessage)


@cache
def _answer_decoder() -> msgspec.json.Decoder[Heard]:
    return msgspec.json.Decoder(Heard)


def encode(message: FromClient | FromHub) -> bytes:
    """The frame of a message."""
    return _encoder.encode(message)


def decode_client(frame: bytes | str) -> ClientMessage | StewardMessage:
    """What a client said. Raises `BadFrame`."""
    try:
        message = _client_decoder().decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _named(frame, str(error)) from error
    most = MAX_OFFER_FRAME if isinstance(message, Offer) else MAX_CLIENT_FRAME
    size = len(frame.encode() if isinstance(frame, str) else frame)
    if size > most:
        raise _named(frame, f"a frame of {size:,} bytes, and {most:,} is the most")
    match message:
        case Submit(id=id_, log=log, command=command):
            _check_text(command, "$.command", id_, log)
        case Hello() | InviteSomeone() | RevokeAccess():
            _check_text(message, "$")
        case _:
            pass
    return message


def versions_of(frame: bytes | str) -> tuple[int, ...] | None:
    """The versions that a `hello` offers, whatever else it says; None if it is no such thing."""
    try:
        return _greeting_decoder.decode(frame).protocols
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def decode_hub(frame: bytes | str) -> HubMessage:
    """What the hub said. Raises `BadFrame`."""
    return _decode(_hub_decoder(), frame)


def decode_answer(frame: bytes | str) -> Heard:
    """What the hub said, also to the one who runs it. Raises `BadFrame`."""
    return _decode(_answer_decoder(), frame)


def _decode(decoder: msgspec.json.Decoder[_Message], frame: bytes | str) -> _Message:
    try:
        return decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadFrame(str(error)) from error


def content_of(message: Submit) -> bytes:
    """What a command asks, without its id and what was seen: equal for a command sent again."""
    return canonical(
        {
            "command": message.command,
            "log": message.log,
            "occurred_at": message.occurred_at,
            "said_by": message.said_by,
        }
    )


def _named(frame: bytes | str, text: str) -> BadFrame:
    try:
        named = _named_decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return BadFrame(text)
    return BadFrame(text, named.id, named.log)


def _check_text(
    said: msgspec.Struct, path: str, id: str | None = None, log: str | None = None
) -> None:
    """Refuse control and bidirectional characters in anything a person wrote."""
    for where, text in _strings(msgspec.to_builtins(said), path):
        found = forbidden_in(text)
        if found is not None:
            position, what = found
            raise BadFrame(
                f"{what} at character {position} - at `{where}`; remove it and send again", id, log
            )


def _strings(value: Any, path: str) -> list[tuple[str, str]]:
    match value:
        case str():
            return [(path, value)]
        case dict():
            return [
                found for key, part in value.items() for found in _strings(part, f"{path}.{key}")
            ]
        case list() | tuple():
            return [
                found for at, part in enumerate(value) for found in _strings(part, f"{path}[{at}]")
            ]
        case _:
            return []


def entries_frame(log: str, entries: list[bytes], heads: list[bytes]) -> bytes:
    """The frame of an `Entries` message from lines that are encoded already."""
    return b'{"type":"entries","log":"%b","entries":[%b],"heads":[%b]}' % (
        log.encode(),
        b",".join(entries),
        b",".join(heads),
    )
