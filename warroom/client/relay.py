"""Bytes between a pair of files and the hub's socket: the far end of `warroom join ssh://...`.

One thread a direction, and nothing held back: whoever does not read slows down only who writes to
them, through the pipe that is full.
"""

import contextlib
import os
import socket
import threading

_READ_BYTES = 64 * 1024


def relay(sock: socket.socket, source: int, sink: int) -> None:
    """Pass on both ways, until the hub has said all it has, or nobody takes it any more.

    The end of what comes in is passed on too, and what the hub still says to that goes out.
    """
    # A daemon: where the hub ends it, nobody is left to wake a thread that waits for input.
    threading.Thread(target=_inward, args=(source, sock), daemon=True).start()
    with contextlib.suppress(OSError):
        while data := sock.recv(_READ_BYTES):
            _write(sink, data)


def _inward(source: int, sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := os.read(source, _READ_BYTES):
            sock.sendall(data)
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)


def _write(sink: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(sink, rest) :]
