"""Twenty people write at once, and the hub dies under them: one order, nothing lost or doubled."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.journal_sql import open_sqlite
from warroom.export.jsonl import export_lines
from warroom.log.verify import verify
from warroom.place import socket_path

PERSON = Path(__file__).with_name("person.py")
WRITERS, FOLLOWERS, SECONDS = 20, 5, 10.0


class HubProcess:
    """A real hub in a process of its own, that can be killed and started again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.socket = socket_path(data, os.environ)
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-P", "-m", "server", "--data", str(self.data), "--json"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdout is not None
        assert json.loads(self._process.stdout.readline())["event"] == "ready"

    def kill(self) -> None:
        self._process.kill()
        self._close()

    def stop(self) -> None:
        self._process.terminate()
        self._close()

    def _close(self) -> None:
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Room:
    """What everyone in the test shares: one room, the people in it, and what they reported."""

    def __init__(self, hub: HubProcess, folder: Path) -> None:
        self.hub = hub
        self.folder = folder
        self.log = self._declare()
        self._people: list[tuple[str, subprocess.Popen[bytes], Path]] = []

    def _declare(self) -> str:
        command = [sys.executable, str(PERSON), "declare", str(self.hub.socket), "-", "ana"]
        run = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        return str(json.loads(run.stdout)["log"])

    def enter(self, role: str, name: str, *arguments: str) -> None:
        path = self.folder / f"{name}.jsonl"
        command = [sys.executable, str(PERSON), role, str(self.hub.socket), self.log, name]
        with path.open("wb") as out:
            self._people.append((role, subprocess.Popen([*command, *arguments], stdout=out), path))

    def wait_for_writers(self, seconds: float) -> None:
        for role, process, _ in self._people:
            if role == "post":
                assert process.wait(seconds + 80) == 0

    def dismiss(self) -> None:
        for role, process, _ in self._people:
            if role == "follow":
                process.send_signal(signal.SIGTERM)
                process.wait(20)

    def reported(self, role: str) -> list[list[tuple[str, int]]]:
        """What each person in a role reported, as (id, seq), in the order they reported it."""
        found = []
        for who, _, path in self._people:
            if who == role:
                lines = [json.loads(line) for line in path.read_bytes().splitlines()]
                assert not [line for line in lines if "refused" in line]
                found.append([(line["id"], line["seq"]) for line in lines])
        return found


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    hub = HubProcess(tmp_path / "data")
    room = Room(hub, tmp_path)
    yield room
    room.dismiss()


def load(room: Room, meanwhile: Callable[[], None], seconds: float = SECONDS) -> None:
    """Everyone writes for a while, and the followers see the last entry."""
    for number in range(FOLLOWERS):
        room.enter("follow", f"reader{number}")
    for number in range(WRITERS):
        room.enter("post", f"writer{number}", str(seconds))
    meanwhile()
    room.wait_for_writers(seconds)
    last = max(seq for acked in room.reported("post") for _, seq in acked)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and not all(
        seen and seen[-1][1] >= last for seen in room.reported("follow")
    ):
        time.sleep(0.2)


def check(room: Room) -> int:
    """The journal, the acknowledgements and every follower agree. Returns how many entries.

    Who came late is recorded late: such entries may stand after what the followers still saw.
    """
    room.dismiss()
    room.hub.stop()
    journal = open_sqlite(room.hub.data / "journal.db")
    page = journal.page(room.log, 0, 1_000_000)
    journal.close()
    kept = [(entry.header.id, entry.seq) for entry in page.entries]
    assert list(range(1, len(kept) + 1)) == [seq for _, seq in kept]
    assert len(kept) == len({id_ for id_, _ in kept})
    places = dict(kept)
    for acked in room.reported("post"):
        assert [(id_, places.get(id_)) for id_, _ in acked] == acked
    last = max(seq for acked in room.reported("post") for _, seq in acked)
    for seen in room.reported("follow"):
        assert last <= len(seen)
        assert kept[: len(seen)] == seen
    lines = export_lines("INC-1", room.log, page.entries, page.heads)
    assert () == verify(b"".join(line + b"\n" for line in lines)).problems
    return len(kept)


def test_twenty_processes_write_one_order(room: Room) -> None:
    """L1: one order, seen the same by five followers; nothing lost, nothing doubled."""
    load(room, lambda: None)
    assert check(room) > WRITERS


def kills(room: Room, times: int) -> Callable[[], None]:
    """Something that kills the hub again and again, and starts it again."""

    def kill() -> None:
        time.sleep(2)
        for _ in range(times):
            time.sleep(0.7)
            room.hub.kill()
            room.hub.start()

    return kill


def test_the_hub_is_killed_ten_times_under_load(room: Room) -> None:
    """L1: every acknowledged entry is there once, and followers come back by themselves."""
    load(room, kills(room, 10))
    assert check(room) > WRITERS
