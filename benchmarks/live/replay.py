"""One client that opens a long log: reads it, parses it, folds it."""

import time
from multiprocessing.connection import Connection

from msgspec import Struct

from benchmarks.live.wire import Client, frame_of
from warroom.client.replica import Replica
from warroom.log.entry import read_line
from warroom.protocol.codec import decode_hub
from warroom.protocol.envelopes import Entries


class Replayed(Struct, frozen=True):
    """Seconds: from the request to the last fold; and, without a hub, until the same frames are
    read to entries, and until a replica has taken them."""

    whole: float
    read: float
    folded: float


def replayer(pipe: Connection, path: str, log: str, entries: int) -> None:
    """Say "ready"; then, to anything, open the log, and say what it took."""
    client = Client(path, "latecomer", observer=True)
    pipe.send("ready")
    pipe.recv()
    replica = Replica(log)
    frames: list[bytes] = []
    begun = time.monotonic()
    client.sock.sendall(frame_of(replica.open()))
    while replica.seq < entries:
        frames.append(client.payload())
        for _ in replica.receive(decode_hub(frames[-1])):
            pass
    whole = time.monotonic() - begun
    pipe.send(_without_hub(log, whole, frames))


def _without_hub(log: str, whole: float, frames: list[bytes]) -> Replayed:
    begun = time.monotonic()
    for frame in frames:
        message = decode_hub(frame)
        if isinstance(message, Entries):
            for raw in message.entries:
                read_line(bytes(raw))
    read_at = time.monotonic()
    replica = Replica(log)
    replica.open()
    for frame in frames:
        for _ in replica.receive(decode_hub(frame)):
            pass
    return Replayed(whole=whole, read=read_at - begun, folded=time.monotonic() - read_at)
