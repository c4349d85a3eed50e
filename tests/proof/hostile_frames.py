"""What someone hostile sends to a hub, drawn from a seed: bytes, and nothing about sockets.

Three families. `handshake` is what comes instead of an HTTP request; `broken_protocol` are bytes
after a handshake that are no WebSocket; `Speaker` makes frames that are, and say what no client
says.
"""

import base64
import json
import random
import struct
import uuid
from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from warroom.clock import new_command_id, new_log_id
from warroom.domain.commands import PersonCommand
from warroom.protocol.envelopes import PROTOCOL, SUBPROTOCOL

Dice: TypeAlias = random.Random

CONTINUATION, TEXT, BINARY, CLOSE, PING = 0x0, 0x1, 0x2, 0x8, 0x9
FINAL, RSV1, RSV2, RSV3 = 0x80, 0x40, 0x20, 0x10


def frame(payload: bytes, opcode: int = TEXT, flags: int = FINAL, masked: bool = True) -> bytes:
    """One frame of a client. Its mask is zero: what is sent is what stands here."""
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head = struct.pack("!BB", flags | opcode, bit | len(payload))
    elif len(payload) < 65536:
        head = struct.pack("!BBH", flags | opcode, bit | 126, len(payload))
    else:
        head = struct.pack("!BBQ", flags | opcode, bit | 127, len(payload))
    return head + (bytes(4) if masked else b"") + payload


UPGRADE = (
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
).encode()


def hello(name: str) -> bytes:
    """The frame of a good hello."""
    said = {"type": "hello", "protocols": [PROTOCOL], "client": "hostile", "as_name": name}
    return frame(json.dumps(said).encode())


# --- instead of a handshake ----------------------------------------------------------------------


def _without(header: str) -> bytes:
    lines = UPGRADE.decode().split("\r\n")
    return "\r\n".join(line for line in lines if not line.startswith(header)).encode()


HANDSHAKES: dict[str, Callable[[Dice], bytes]] = {
    "no HTTP": lambda dice: dice.randbytes(dice.randint(1, 2000)),
    "TLS": lambda dice: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + dice.randbytes(400),
    "HTTP/0.9": lambda dice: b"GET /\r\n",
    "HTTP/2": lambda dice: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + dice.randbytes(30),
    "another method": lambda dice: UPGRADE.replace(b"GET", dice.choice([b"PUT", b"POST", b"\0"])),
    "a body": lambda dice: UPGRADE.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n123456789"),
    "a page's origin": lambda dice: UPGRADE.replace(b"Host:", b"Origin: http://a\r\nHost:"),
    "a header too long": lambda dice: UPGRADE.replace(b"Host: ", b"Host: " + b"a" * 20_000),
    "too many headers": lambda dice: UPGRADE.replace(b"Host:", b"A: b\r\n" * 500 + b"Host:"),
    "a line too long": lambda dice: UPGRADE.replace(b" / ", b" /" + b"a" * 20_000 + b" "),
    "a folded header": lambda dice: UPGRADE.replace(b"Host: ", b"Host:\r\n "),
    "a null": lambda dice: UPGRADE.replace(b"localhost", b"local\0host"),
    "half": lambda dice: UPGRADE[: dice.randrange(len(UPGRADE))],
    "one byte changed": lambda dice: _one_byte_changed(UPGRADE, dice),
    "no key": lambda dice: _without("Sec-WebSocket-Key"),
    "no version": lambda dice: _without("Sec-WebSocket-Version"),
    "no subprotocol": lambda dice: _without("Sec-WebSocket-Protocol"),
    "no upgrade": lambda dice: _without("Upgrade"),
    "two keys": lambda dice: UPGRADE.replace(b"Host:", b"Sec-WebSocket-Key: YQ==\r\nHost:"),
    "a key too short": lambda dice: UPGRADE.replace(b"AAAAAAAAAAAAAAAAAAAAAA==", b"YQ=="),
    "a frame at once": lambda dice: frame(dice.randbytes(50)),
}


def _one_byte_changed(data: bytes, dice: Dice) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + dice.randbytes(1) + data[at + 1 :]


# --- bytes that are no WebSocket -----------------------------------------------------------------


def _announced(length: int, opcode: int = TEXT) -> bytes:
    """A frame that announces more than comes."""
    return struct.pack("!BBQ", FINAL | opcode, 0x80 | 127, length) + bytes(4) + b"x" * 100


BROKEN: dict[str, Callable[[Dice], bytes]] = {
    "unmasked": lambda dice: frame(b"{}", masked=False),
    "a reserved bit": lambda dice: frame(b"{}", flags=FINAL | dice.choice([RSV1, RSV2, RSV3])),
    "a reserved opcode": lambda dice: frame(b"{}", dice.choice([3, 4, 5, 6, 7, 11, 12, 13, 15])),
    "a lone continuation": lambda dice: frame(b"{}", CONTINUATION),
    "a text within another": lambda dice: frame(b"{", flags=0) + frame(b"}"),
    "a control frame in pieces": lambda dice: frame(b"", dice.choice([CLOSE, PING, 0xA]), 0),
    "a control frame too long": lambda dice: frame(b"x" * dice.randint(126, 9000), PING),
    "64 bits of length": lambda dice: _announced(dice.choice([2**40, 2**62, 2**63, 2**64 - 1])),
    "a length in the wrong form": lambda dice: b"\x81\xfe\x00\x02" + bytes(4) + b"{}",
    "a length in the longest form": lambda dice: (
        b"\x81\xff" + bytes(7) + b"\x02" + bytes(4) + b"{}"
    ),
    "too much": lambda dice: frame(b" " * dice.randint(70_000, 100_000)),
    "too much in pieces": lambda dice: (
        frame(b" " * 30_000, flags=0)
        + frame(b" " * 30_000, CONTINUATION, 0)
        + frame(b" " * 30_000, CONTINUATION)
    ),
    "no UTF-8": lambda dice: frame(b'{"type":"\xff\xfe' + dice.randbytes(20)),
    "half a character": lambda dice: frame(b'{"type":"\xe2\x82', flags=0) + frame(b'"}'),
    "a surrogate in UTF-8": lambda dice: frame(b'{"type":"\xed\xa0\x80"}'),
    "a binary frame": lambda dice: frame(dice.randbytes(dice.randint(0, 3000)), BINARY),
    "a close of one byte": lambda dice: frame(b"\x03", CLOSE),
    "a close for no reason there is": lambda dice: frame(
        struct.pack("!H", dice.choice([0, 999, 1004, 1005, 1006, 1015, 2999, 65535])), CLOSE
    ),
    "a close with a reason that is no UTF-8": lambda dice: frame(b"\x03\xe8\xff\xff", CLOSE),
    "frames after a close": lambda dice: frame(b"\x03\xe8", CLOSE) + frame(b"{}") * 5,
    "noise": lambda dice: dice.randbytes(dice.randint(1, 4000)),
    "half a frame": lambda dice: frame(b"x" * 300)[: dice.randint(1, 300)],
    "a byte changed in a good frame": lambda dice: _one_byte_changed(hello("mallory"), dice),
    "pings without end": lambda dice: frame(dice.randbytes(125), PING) * 300,
    "a message in empty pieces": lambda dice: (
        frame(b"{", flags=0) + frame(b"", CONTINUATION, 0) * 2_000
    ),
}


# --- frames that say what no client says ---------------------------------------------------------

HUGE = "9" * 5_000
DEEP = "[" * 20_000 + "]" * 20_000
ODD = [
    *("null", "true", "0", "-1", "1", "2.5", "1e999", "-0", str(2**53), str(2**63), str(2**64)),
    *(HUGE, "-" + HUGE, "1" * 400 + ".5", '""', '" "', '"a"', '"é漢😀"', '"\\u0000"', '"\\u202e"'),
    *('"' + "a" * 400 + '"', '"' + "ab" * 16 + '"', '"' + "ab" * 32 + '"'),
    *('"hub"', '"SEV1"', '"incident_commander"', '"closed"', '"customers"', '"ana"', '"{about}"'),
    *('"2026-03-14T09:26:53Z"', '"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59-23:59"'),
    *('"9999-12-31T23:59:59Z"', '"2026-02-30T00:00:00Z"', '"2026-03-14T09:26:53"', '"12"'),
    *("[]", "[[]]", "[1]", '["a"]', '["a","a"]', "{}", '{"a":1}', '{"do":"post"}', '{"type":"a"}'),
    *(
        '{"text":"a","text":"b"}',
        '{"choice":"a"}',
        '[{"person":"a","handle":"a"}]',
        "[" * 30 + "]" * 30,
    ),
]
"""Values as JSON text, to stand where another was expected."""

BAD = [
    *("", " ", "{", "}", "[]", "1", "null", '"hello"', "NaN", "{}}", "{},{}", "\ufeff{}", "'{}'"),
    *('{"type":null}', '{"type":1}', '{"type":"HELLO"}', '{"type":"welcome"}', '{"type":"acked"}'),
    *('{"type":"open"}', '{"type":"open","log":"x"}', '{"type":"close","log":1}', '{"typ":"list"}'),
    *('{"type":"list","watch":1}', '{"type":"list","watch":NaN}', '{"type":"alive","idle":-1}'),
    *('{"type":"alive","idle":Infinity}', '{"type":"alive","idle":1e999}', '{"type":"list",}'),
    *('{"type":"alive","idle":' + HUGE + "}", '{"type":"alive","idle":01}', '{"type":"\\ud800"}'),
    *('{"type":"submit"}', '{"type":"submit","id":"a"}', '{"type":"list","more":1}', DEEP),
    *(
        '{"a":' * 5_000,
        '{"type":"list","watch":' + DEEP + "}",
        '{"type":"hello"}',
        "\0",
        "[" * 60_000,
    ),
    *(
        '{"type":"hello","protocols":[],"client":"a"}',
        '{"type":"hello","protocols":[1],"client":"a"}',
    ),
]
"""Whole frames that end the conversation."""

COMMANDS = [
    (command.__struct_config__.tag, command.__struct_fields__) for command in PersonCommand.__args__
]


class Known(Struct, frozen=True):
    """What an attacker has found out: where to write, and what others wrote."""

    playground: str
    room: str
    hub: str
    ids: tuple[str, ...]


class Speaker:
    """Makes frames of one hostile person, who knows some things about others."""

    def __init__(self, dice: Dice, known: Known) -> None:
        self._dice = dice
        self._known = known

    def fatal(self) -> bytes:
        """A frame that ends the conversation."""
        return frame(self._dice.choice(BAD).encode())

    def refused(self) -> bytes:
        """A frame that gets an answer, and changes nothing in the room that others use."""
        make = self._dice.choice(
            [
                self._odd_command,
                self._odd_command,
                self._odd_envelope,
                self._too_long,
                self._timers_id,
                self._anothers_id,
                self._anothers_log,
                self._stale,
            ]
        )
        return frame(make().encode())

    def _odd_command(self) -> str:
        """Any command, with anything in its fields, twice in some, and some that it has not."""
        dice = self._dice
        tag, fields = dice.choice(COMMANDS)
        names = [name for name in fields if dice.random() < 0.8]
        names += dice.choices([*fields, "mood", "do"], k=dice.choice([0, 0, 1]))
        odd = "".join(f',"{name}":{dice.choice(ODD)}' for name in names)
        return self._submit(f'{{"do":"{tag}"{odd}}}')

    def _too_long(self) -> str:
        """One character more than a text may have."""
        return self._submit(f'{{"do":"post","text":"{"a" * 40_001}"}}')

    def _odd_envelope(self) -> str:
        dice = self._dice
        field = dice.choice(["seen", "said_by", "occurred_at", "more"])
        return self._submit('{"do":"post","text":"a"}', f',"{field}":{dice.choice(ODD)}')

    def _timers_id(self) -> str:
        """The id that the hub would give the entry of a timer, before it does."""
        id_ = uuid.uuid5(uuid.UUID(hex=self._known.room), self._dice.choice(["lapse", "overdue"]))
        return self._submit('{"do":"post","text":"early"}', id_=str(id_), log=self._known.room)

    def _anothers_id(self) -> str:
        id_ = self._dice.choice(self._known.ids)
        return self._submit('{"do":"post","text":"mine now"}', id_=id_, log=self._known.room)

    def _anothers_log(self) -> str:
        """The hub's own log, one that is not there, and one that is there already."""
        log = self._dice.choice([self._known.hub, new_log_id(), "0" * 32, "x"])
        if self._dice.random() < 0.3:
            return self._submit('{"do":"declare","title":"mine now"}', log=self._known.room)
        return self._submit('{"do":"post","text":"a"}', log=log)

    def _stale(self) -> str:
        """Ask for a log from an entry that is not there."""
        after = self._dice.choice([0, 1, 2, 10**6, 2**53 - 1])
        log = self._dice.choice([self._known.room, self._known.hub, new_log_id()])
        return json.dumps({"type": "open", "log": log, "after": after, "head": "0" * 64})

    def _submit(self, command: str, more: str = "", id_: str = "", log: str = "") -> str:
        id_, log = id_ or new_command_id(), log or self._known.playground
        return f'{{"type":"submit","id":"{id_}","log":"{log}"{more},"command":{command}}}'
