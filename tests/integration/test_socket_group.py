"""A hub that a Unix group shares, with real users other than the hub's own."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT, WAIT, HubProcess, Hubs
from warroom.place import group_socket_path

GROUP, MEMBER, STRANGER = 54_001, 54_101, 54_102

AS_SOMEONE = """
import encodings.idna, json, os, sys
from pathlib import Path
import warroom.client.ending
from warroom.client.oneshot import Conversation, Denied
from warroom.client.target import Target
from warroom.client.wire import LineLost
from warroom.protocol.stewardship import ListPeople, PeopleList

path, uid, gid, name = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] or None
os.setgroups([])
os.setgid(gid)
os.setuid(uid)
try:
    with Conversation(Target(socket=Path(path)), name) as hub:
        said = {"handle": hub.welcome.you.handle, "person": hub.welcome.you.person}
        try:
            hub.ask(ListPeople(), PeopleList)
            said["operator"] = True
        except Denied as denied:
            said["operator"] = False
except LineLost as lost:
    said = {"lost": str(lost), "final": lost.final}
print(json.dumps(said))
"""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can come as other users, who have to be real"
)


def comes(path: Path, uid: int, gid: int, name: str = "") -> dict[str, object]:
    """What a user of this machine gets from the hub."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", AS_SOMEONE, str(path), str(uid), str(gid), name],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=WAIT,
        check=False,
    )
    assert 0 == done.returncode, done.stderr.decode()
    said: dict[str, object] = json.loads(done.stdout)
    return said


@pytest.fixture
def path() -> Iterator[Path]:
    """A place for the group's socket: pytest's own folders let in nobody else."""
    base = Path(tempfile.mkdtemp(dir="/tmp"))
    base.chmod(0o711)
    yield base / "run" / "hub.sock"
    shutil.rmtree(base)


@pytest.fixture
def shared(hubs: Hubs, path: Path) -> HubProcess:
    return hubs.start("--socket-group", str(GROUP), "--socket-path", str(path))


@pytest.mark.usefixtures("shared")
def test_a_member_is_who_the_kernel_says(path: Path) -> None:
    """They come in as themselves, are the same person the next time, and run nothing."""
    first = comes(path, MEMBER, GROUP)
    assert (f"user{MEMBER}", False) == (first["handle"], first["operator"])
    assert first == comes(path, MEMBER, GROUP)
    assert comes(path, MEMBER + 1000, GROUP)["person"] != first["person"]


@pytest.mark.usefixtures("shared")
def test_a_member_comes_as_nobody_else(path: Path) -> None:
    """`--as` is for the hub's own user, whose word it is; for that one it still works."""
    refused = comes(path, MEMBER, GROUP, "ana")
    assert refused["final"]
    assert "leave --as out" in str(refused["lost"])
    assert "ana" == comes(path, 0, 0, "ana")["handle"]


def test_who_is_not_in_the_group_does_not_get_in(shared: HubProcess, path: Path) -> None:
    """Neither through its socket, nor through the one of the hub's user."""
    assert "lost" in comes(path, STRANGER, STRANGER)
    assert "lost" in comes(shared.socket, STRANGER, STRANGER)
    assert "lost" in comes(shared.socket, MEMBER, GROUP)


@pytest.mark.usefixtures("shared")
def test_the_sockets_mode_is_the_lock(path: Path) -> None:
    """Folder and socket are of the group, and of nobody else."""
    for found, mode in ((path.parent.stat(), 0o710), (path.stat(), 0o660)):
        assert (mode, 0, GROUP) == (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)


def test_a_folder_that_someone_put_in_the_way_is_refused(hubs: Hubs, tmp_path: Path) -> None:
    """The hub does not listen where someone else decides who comes."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, STRANGER, STRANGER)
    hub = hubs.spawn("--socket-group", str(GROUP), "--socket-path", f"{theirs}/hub.sock")
    assert 1 == hub.process.wait(WAIT)
    assert f"{theirs} belongs to user {STRANGER}" in hub.errors.read_text()


def test_a_chosen_folder_keeps_its_mode(hubs: Hubs, tmp_path: Path) -> None:
    """It may hold other things than the socket, which has the group's mode."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o755)
    hubs.start("--socket-group", str(GROUP), "--socket-path", f"{folder}/hub.sock")
    assert 0o755 == stat.S_IMODE(folder.stat().st_mode)
    assert 0o660 == stat.S_IMODE((folder / "hub.sock").stat().st_mode)


def test_a_socket_that_is_removed_comes_back(shared: HubProcess, path: Path) -> None:
    """As the hub's own does: the group is not locked out by a cleaner of temporary folders."""
    path.unlink()
    until = time.monotonic() + WAIT
    while "lost" in comes(path, MEMBER, GROUP):
        assert time.monotonic() < until


def test_where_the_group_comes_in_if_nobody_chooses(hubs: Hubs) -> None:
    """A folder that others can pass through, and that the hub's log names."""
    hub = hubs.start("--socket-group", str(os.getgid()))
    path = group_socket_path(hub.data, os.getgid())
    assert path.is_socket()
    assert str(path) in hub.errors.read_text()
    hub.stop()
    assert not path.exists()
