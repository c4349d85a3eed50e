"""The hub as a process: starting, ending, dying, racing, and what survives."""

import asyncio
import contextlib
import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.integration.conftest import HELLO, WAIT, Hubs, dialled, joined
from warroom.clock import new_command_id, now
from warroom.domain.commands import AddAction, Post
from warroom.place import socket_path
from warroom.protocol.envelopes import Acked, Declined


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_hub_says_when_it_is_ready_and_that_it_stopped(hubs: Hubs) -> None:
    """Its starter reads one line of JSON for each, and the exit status is 0."""
    hub = hubs.start()
    assert {"event", "url", "socket", "pid"} == hub.ready.keys()
    assert ("ready", None, hub.process.pid) == tuple(hub.ready[k] for k in ("event", "url", "pid"))
    assert 0 == hub.stop()
    assert hub.process.stdout is not None
    assert {"event": "stopped"} == json.loads(hub.process.stdout.read())


def test_a_client_finds_the_socket_from_the_data_folder_alone(hubs: Hubs) -> None:
    """Both compute the same path, and `hub.json` names it too."""
    hub = hubs.start()
    assert socket_path(hub.data, hubs.env) == hub.socket
    described = json.loads((hub.data / "hub.json").read_text())
    assert (str(hub.socket), None, hub.process.pid) == tuple(
        described[key] for key in ("socket", "url", "pid")
    )


def test_nobody_else_can_read_what_a_hub_keeps(hubs: Hubs) -> None:
    """The data folder, the runtime folder and every file in them are the owner's alone."""
    hub = hubs.start("--bind", "127.0.0.1:0")
    assert 0o700 == mode(hub.data) == mode(hub.socket.parent)
    assert {0o600} == {mode(path) for path in hub.data.iterdir()}
    assert 0 == mode(hub.socket) & 0o077


def test_a_hub_that_ended_leaves_nothing_to_trip_over(hubs: Hubs) -> None:
    """The socket and the description are gone after a drain."""
    hub = hubs.start()
    hub.stop()
    assert not hub.socket.exists()
    assert not (hub.data / "hub.json").exists()


async def test_a_socket_that_was_cleaned_away_comes_back(hubs: Hubs) -> None:
    """A cleaner of temporary folders does not leave the hub running where nobody finds it."""
    hub = hubs.start()
    async with joined(hub.socket) as ana:
        log = await ana.declares()
        hub.socket.unlink()
        hub.socket.parent.rmdir()
        async with asyncio.timeout(20):
            while not hub.socket.exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.1)
        async with joined(hub.socket, "bo") as bo:
            await bo.opens(log)
        await ana.posts(log, "still here")


async def test_entries_survive_kill_9(hubs: Hubs) -> None:
    """What was acknowledged is there when the next hub starts over the remains of the first."""
    first = hubs.start()
    async with joined(first.socket) as ana:
        log = await ana.declares()
        await ana.posts(log, "one", "two")
        first.kill()
    second = hubs.start()
    async with joined(second.socket) as ana:
        opened = await ana.opens(log)
        kinds = [entry.header.kind for entry in await ana.reads(log, opened.seq)]
    assert ["incident.declared", "person.joined", "note.posted", "note.posted"] == kinds


async def test_a_person_is_the_same_after_a_restart(hubs: Hubs) -> None:
    """People are in the hub's own log."""
    hello = replace(HELLO, as_name="ana")
    people = []
    for _ in range(2):
        hub = hubs.start()
        async with dialled(hub.socket) as client:
            people.append((await client.hello(hello)).you.person)
        hub.stop()
    assert people[0] == people[1]


async def test_an_overdue_action_is_marked_once_across_a_restart(hubs: Hubs) -> None:
    """A timer that fell due while the hub was down fires at the start, and never again."""
    hub = hubs.start()
    async with joined(hub.socket) as ana:
        log = await ana.declares()
        due_at = now() + timedelta(seconds=1)
        assert isinstance(
            await ana.submits(log, AddAction(text="drain pool-3", due_at=due_at)), Acked
        )
    hub.kill()
    await asyncio.sleep((due_at - now()).total_seconds())
    for _ in range(2):
        hub = hubs.start()
        async with joined(hub.socket) as ana:
            await ana.opens(log)
            kinds = [entry.header.kind for entry in await ana.reads(log, 4)]
            await ana.posts(log, "and on")
        assert "action.overdue" == kinds[3]
        assert 1 == kinds.count("action.overdue")
        hub.stop()


def test_of_two_starters_one_becomes_the_hub(hubs: Hubs) -> None:
    """The other ends quietly, so that its client connects to the winner."""
    starters = [hubs.spawn("--auto", "--idle", "60") for _ in range(2)]
    lines = []
    for starter in starters:
        assert starter.process.stdout is not None
        lines.append(starter.process.stdout.readline())
    assert 1 == lines.count(b"")
    loser = starters[lines.index(b"")]
    assert 0 == loser.process.wait(20)
    assert "" == loser.errors.read_text()


def test_a_second_hub_names_the_first(hubs: Hubs) -> None:
    """Started by hand, it says whose folder it is and fails."""
    first = hubs.start()
    second = hubs.spawn()
    assert 1 == second.process.wait(20)
    assert f"process id {first.process.pid}" in second.errors.read_text()


async def test_a_hub_that_a_client_started_ends_when_idle(hubs: Hubs) -> None:
    """Not while someone is there; soon after they have left."""
    hub = hubs.start("--auto", "--idle", "0.2")
    async with joined(hub.socket) as ana:
        await ana.rooms()
        assert hub.process.poll() is None
    assert 0 == hub.process.wait(20)
    assert "nobody is here" in (hub.data / "hub.log").read_text()


async def test_an_idle_hub_waits_for_its_timers(hubs: Hubs) -> None:
    """An open action with a due time keeps the hub up until it is marked overdue."""
    hub = hubs.start("--auto", "--idle", "0.1")
    async with joined(hub.socket) as ana:
        log = await ana.declares()
        due_at = now() + timedelta(seconds=2)
        await ana.submits(log, AddAction(text="drain pool-3", due_at=due_at))
    assert 0 == hub.process.wait(20)
    hub = hubs.start()
    async with joined(hub.socket) as ana:
        await ana.opens(log)
        assert "action.overdue" == (await ana.reads(log, 4))[-1].header.kind


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:80", "[::]:1", "example.com:1"])
def test_no_address_beyond_this_machine_is_bound(hubs: Hubs, address: str) -> None:
    """The refusal says what is missing for it."""
    hub = hubs.spawn("--bind", address)
    assert 2 == hub.process.wait(20)
    assert "there is no plain text" in hub.errors.read_text()


@pytest.mark.parametrize(
    "flags",
    [["--bind", "8080"], ["--bind", "127.0.0.1:99999"], ["--idle", "0"], ["--idle", "nan"],
     ["--auto", "--bind", "127.0.0.1:0"]],
)  # fmt: skip
def test_flags_that_make_no_sense_are_usage_errors(hubs: Hubs, flags: list[str]) -> None:
    """The exit status is 2, and no data folder is made."""
    assert 2 == hubs.spawn(*flags).process.wait(20)
    assert not hubs.data.exists()


def test_a_port_in_use_is_one_sentence(hubs: Hubs) -> None:
    """The hub ends with 1 and gives its folder up."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        hub = hubs.spawn("--bind", f"127.0.0.1:{taken.getsockname()[1]}")
        assert 1 == hub.process.wait(20)
    assert "cannot listen on 127.0.0.1" in hub.errors.read_text()
    assert not (hubs.data / "hub.json").exists()


def test_a_folder_that_others_may_write_to_is_refused(hubs: Hubs) -> None:
    """The sentence says how to mend it."""
    hubs.data.mkdir()
    hubs.data.chmod(0o777)
    hub = hubs.spawn()
    assert 1 == hub.process.wait(20)
    assert f"chmod go-w {hubs.data}" in hub.errors.read_text()


def test_a_secret_that_others_can_read_is_refused(hubs: Hubs) -> None:
    """A key that has been open to others is not used as if nothing had happened."""
    hubs.start().stop()
    (hubs.data / "hub.key").chmod(0o644)
    hub = hubs.spawn()
    assert 1 == hub.process.wait(20)
    assert "chmod 600" in hub.errors.read_text()


def test_a_journal_is_not_signed_on_with_another_key(hubs: Hubs) -> None:
    """Without its own key a hub refuses to start, rather than write what nobody can verify."""
    hubs.start().stop()
    (hubs.data / "hub.key").unlink()
    hub = hubs.spawn()
    assert 1 == hub.process.wait(20)
    assert "hub.key" in hub.errors.read_text()


def test_a_file_that_is_no_journal_is_one_sentence(hubs: Hubs) -> None:
    """A damaged journal is refused, and nothing is written to it."""
    hubs.start().stop()
    rubbish = b"not a database" * 1000
    (hubs.data / "journal.db").write_bytes(rubbish)
    hub = hubs.spawn()
    assert 1 == hub.process.wait(20)
    assert 1 == len(hub.errors.read_text().splitlines())
    assert rubbish == (hubs.data / "journal.db").read_bytes()


def test_the_hub_imports_nothing_of_the_desk(hubs: Hubs) -> None:
    """No Textual, no client code: the hub runs where nobody looks at it."""
    code = "import sys, server.gateway, server.__main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], env=hubs.env, capture_output=True, check=True, text=True
    ).stdout.split()
    assert set() == {"textual", "rich", "warroom.tui", "warroom.client"} & set(loaded)


def test_the_socket_path_fits_whatever_the_folder_is_called(tmp_path: Path) -> None:
    """A runtime folder with a long path is left for a short one."""
    path = socket_path(tmp_path / ("deep" * 60), {"XDG_RUNTIME_DIR": "/run/" + "long" * 30})
    assert Path(f"/tmp/warroom-{os.getuid()}") == path.parent
    assert len(os.fsencode(path)) <= 107


async def test_a_damaged_log_is_named_with_its_first_bad_entry(hubs: Hubs) -> None:
    """The hub does not start on it, and says how the room comes back."""
    hub = hubs.start()
    async with joined(hub.socket, "ana") as ana:
        log = await ana.declares()
        await ana.posts(log, "one", "two")
    assert 0 == hub.stop()
    journal = hub.data / "journal.db"
    data = journal.read_bytes()
    at = data.rindex(b'"kind":"note.posted"') + len(b'"kind":"note.')
    journal.write_bytes(data[:at] + b"X" + data[at + 1 :])
    refused = hubs.spawn()
    assert 1 == refused.process.wait(WAIT)
    said = refused.errors.read_text()
    assert "The log INC-1 is damaged: Entry 3 in the journal is damaged: its hash differs." in said
    assert "warroom restore --force FILE" in said
    assert "warroom serve --adopt FILE" in said


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal"])
async def test_nothing_is_acknowledged_into_a_file_that_is_gone(hubs: Hubs, name: str) -> None:
    """It would vanish with the process. Once the file is back, the same command is taken."""
    hub = hubs.start()
    file = hub.data / name
    async with joined(hub.socket, "ana") as ana:
        log = await ana.declares()
        file.rename(hub.data / "away")
        id = new_command_id()
        declined = await ana.submits(log, Post(text="one"), id=id)
        assert isinstance(declined, Declined)
        assert declined.temporary
        assert "moved or deleted, and this is not recorded" in declined.text
        assert str(hub.data) not in declined.text
        (hub.data / "away").rename(file)
        assert isinstance(await ana.submits(log, Post(text="one"), id=id), Acked)
    assert "was moved or deleted under the running hub" in hub.errors.read_text()


def test_a_locked_journal_is_one_sentence(hubs: Hubs) -> None:
    """A tool that holds it open for writing keeps the hub from starting, and is told of."""
    assert 0 == hubs.start().stop()
    with contextlib.closing(sqlite3.connect(hubs.data / "journal.db")) as tool:
        tool.execute("BEGIN IMMEDIATE")
        refused = hubs.spawn()
        assert 1 == refused.process.wait(WAIT)
    said = refused.errors.read_text()
    assert "cannot be used now: another program has locked it" in said
    assert 1 == said.count("\n")
