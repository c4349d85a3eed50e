"""The raw floors: what this machine does at best, with nothing of the hub in between."""

import asyncio
import json
import os
import socket
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from msgspec import Struct
from websockets.asyncio.server import ServerConnection, broadcast, unix_serve

FULL = 256 * 1024
"""Bytes in one connection's buffer at which the broadcaster waits for its readers."""


class Send(Struct, frozen=True):
    """Send the data to every connection, so many times; with `sync`, append it to a file first,
    durably, every time."""

    data: bytes
    times: int = 1
    sync: bool = False


def bare_server(pipe: Connection, path: str, file: str, count: int) -> None:
    """A socket server of the fewest system calls; to each `Send`, when it began."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        Path(path).unlink(missing_ok=True)
        listening.bind(path)
        listening.listen(128)
        pipe.send("listening")
        socks = [listening.accept()[0] for _ in range(count)]
    pipe.send("connected")
    log = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    while True:
        job: Send = pipe.recv()
        pipe.send(time.monotonic())
        for _ in range(job.times):
            if job.sync:
                os.write(log, job.data)
                os.fdatasync(log)
            for sock in socks:
                sock.sendall(job.data)


def broadcaster(pipe: Connection, path: str, count: int) -> None:
    """A bare `websockets` server: to each `Send`, JSON is encoded and broadcast each time."""
    asyncio.run(_broadcast(pipe, path, count))


async def _broadcast(pipe: Connection, path: str, count: int) -> None:
    connected: set[ServerConnection] = set()
    everyone = asyncio.Event()

    async def handle(connection: ServerConnection) -> None:
        connected.add(connection)
        if len(connected) == count:
            everyone.set()
        await connection.wait_closed()

    async with unix_serve(handle, path, compression=None, ping_interval=None, subprotocols=None):
        pipe.send("listening")
        await everyone.wait()
        pipe.send("connected")
        while True:
            job: Send = await asyncio.to_thread(pipe.recv)
            message: dict[str, Any] = json.loads(job.data)
            pipe.send(time.monotonic())
            for _ in range(job.times):
                broadcast(connected, json.dumps(message, separators=(",", ":")))
                await asyncio.sleep(0)
                await _emptied(connected)


async def _emptied(connected: set[ServerConnection]) -> None:
    """Wait until no reader has much before it: `broadcast` itself waits for nobody."""
    while any(one.transport.get_write_buffer_size() > FULL for one in connected):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def fdatasyncs(file: Path, data: bytes, times: int) -> float:
    """Seconds for so many appends that are each made durable."""
    log = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    begun = time.monotonic()
    for _ in range(times):
        os.write(log, data)
        os.fdatasync(log)
    took = time.monotonic() - begun
    os.close(log)
    return took
