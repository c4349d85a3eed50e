"""Who listens where one's own hub would: a client says nothing to a stranger."""

import base64
import hashlib
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT, WAIT, Hubs
from warroom.client.dialling import dial
from warroom.client.ending import LineOver
from warroom.client.listener import NotOurs, check
from warroom.client.local import NoHub, target_of
from warroom.client.oneshot import Conversation
from warroom.client.pace import Pace
from warroom.client.target import Target

STRANGER = 54_103
WARROOM = [sys.executable, "-P", "-c", "from warroom.cli.main import run; run()"]

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can listen as someone else")


@dataclass
class Rogue:
    """Someone who made the folder first: shakes hands as a hub does, and keeps what follows."""

    target: Target
    env: dict[str, str]
    door: socket.socket
    heard: bytearray = field(default_factory=bytearray)

    def serve(self) -> None:
        while True:
            try:
                line, _ = self.door.accept()
            except OSError:
                return
            with line:
                self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            if not (data := line.recv(4096)):
                return
            asked += data
        line.sendall(_accepted(asked))
        while data := line.recv(4096):
            self.heard += data


def _accepted(asked: bytes) -> bytes:
    found = re.search(rb"(?i)sec-websocket-key: (\S+)", asked)
    assert found is not None
    digest = hashlib.sha1(found[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Protocol: warroom.v1\r\nSec-WebSocket-Accept: "
        + base64.b64encode(digest)
        + b"\r\n\r\n"
    )


@pytest.fixture
def rogue(tmp_path: Path) -> Iterator[Rogue]:
    """Another user, who listens at the path where our own hub would."""
    env = {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    target = target_of(tmp_path / "data", env)
    assert target.socket is not None
    target.socket.parent.mkdir()
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(target.socket))
    # The kernel remembers who began to listen.
    os.seteuid(STRANGER)
    try:
        door.listen()
    finally:
        os.seteuid(0)
    rogue = Rogue(target, env, door)
    thread = threading.Thread(target=rogue.serve)
    thread.start()
    yield rogue
    door.shutdown(socket.SHUT_RDWR)
    door.close()
    thread.join(WAIT)


@only_root
def test_no_word_goes_to_a_stranger(rogue: Rogue) -> None:
    """A command says who listens there, and what to do; it does not even say hello."""
    done = subprocess.run(
        [*WARROOM, "declare", "SECRET", "--data", str(rogue.target.data)],
        env=rogue.env | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=WAIT,
        check=False,
    )
    assert 5 == done.returncode, done.stderr
    assert f"is not your hub: user {STRANGER} listens there" in done.stderr
    assert "XDG_RUNTIME_DIR" in done.stderr
    assert b"" == rogue.heard


@only_root
def test_no_hub_need_be_started_to_see_it(rogue: Rogue) -> None:
    """The same for what only looks whether there is one."""
    with pytest.raises(NoHub, match="is not your hub"):
        Conversation(rogue.target, None, start=False, patience=WAIT)
    assert b"" == rogue.heard


@only_root
async def test_the_screen_says_nothing_to_a_stranger(rogue: Rogue) -> None:
    """And does not try again: nothing gets better by that."""
    with pytest.raises(LineOver) as over:
        await dial(rogue.target, Pace())
    assert over.value.ended.final
    assert f"user {STRANGER} listens there" in over.value.ended.why
    assert b"" == rogue.heard


@only_root
async def test_a_socket_that_is_named_is_the_callers_word(rogue: Rogue) -> None:
    """A group's hub is someone else's, and whoever names its socket means it."""
    peer = await dial(Target(socket=rogue.target.socket), Pace())
    peer.abort()


@pytest.mark.parametrize(("mode", "refused"), [(0o700, False), (0o711, True), (0o777, True)])
def test_where_the_system_does_not_tell_the_folder_does(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch, mode: int, refused: bool
) -> None:
    """A folder of one's own, into which nobody else can put a socket."""
    hub = hubs.start()
    hub.socket.parent.chmod(mode)
    monkeypatch.delattr(socket, "SO_PEERCRED")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(hub.socket))
        if refused:
            with pytest.raises(NotOurs, match="its folder is open to others"):
                check(sock, hub.socket)
        else:
            check(sock, hub.socket)
