"""$EDITOR in a real terminal: it has the terminal to itself, and the room is there afterwards."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import WAIT, WARROOM, Terminal, surroundings
from tests.integration.conftest import HubProcess, Hubs

PERSON = Path(__file__).with_name("person.py")
EDITOR = f"""#!{sys.executable}
import signal, sys
signal.signal(signal.SIGINT, lambda *_: print("HELD", flush=True))
with open(sys.argv[1], "r+") as file:
    print("EDITING", file.read(), flush=True)
    while (line := input()) != "done":
        file.write(line)
"""
"""Shows what it is given, appends the lines it is told, and survives ctrl+c, as editors do."""


@pytest.fixture
def hubs(tmp_path: Path) -> Iterator[Hubs]:
    hubs = Hubs(tmp_path)
    yield hubs
    hubs.end()


@pytest.fixture
def hub(hubs: Hubs) -> HubProcess:
    return hubs.start()


@pytest.fixture
def ana(hub: HubProcess, tmp_path: Path) -> Iterator[Terminal]:
    """Ana in a room, with an editor of hers."""
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    env = surroundings(tmp_path) | {"EDITOR": str(editor)}
    does(env, "declare", "Checkout fails", "--as", "cat")
    command = [*WARROOM, "join", "INC-1", "--as", "ana"]
    with Terminal(command, columns=120, rows=36, env=env, cwd=tmp_path) as terminal:
        terminal.wait_for("#1", "live", "type and press enter")
        yield terminal


def does(env: dict[str, str], *arguments: str) -> str:
    """What a headless command prints."""
    command = [*WARROOM, *arguments]
    done = subprocess.run(
        command, env=env, capture_output=True, encoding="utf-8", timeout=WAIT, check=True
    )
    return done.stdout


def floods(hub: HubProcess, log: str) -> int:
    """Someone else writes as fast as they can for three seconds; how many entries that made."""
    command = [sys.executable, str(PERSON), "post", str(hub.socket), log, "bo", "3"]
    done = subprocess.run(command, env=hub_env(), capture_output=True, timeout=WAIT, check=True)
    return len(done.stdout.splitlines())


def hub_env() -> dict[str, str]:
    return surroundings(Path("/"))


def test_the_room_lives_on_behind_the_editor(
    ana: Terminal, hub: HubProcess, tmp_path: Path
) -> None:
    """Hundreds of entries and bells come meanwhile, ctrl+c is the editor's, and nothing hangs."""
    ana.send("the story so far")
    ana.wait_for("> the story so far")
    ana.send("\x1b[19~")
    ana.wait_for("EDITING the story so far")
    rooms = json.loads(does(surroundings(tmp_path), "list", "--json").splitlines()[0])
    assert floods(hub, rooms["log"]) > 40
    ana.press("ctrl+c")
    ana.wait_for("HELD")
    ana.send("and how it ends\rdone\r")
    ana.wait_for("> the story so far", "and how it ends", "enter sends it", "live")
    ana.press("enter")
    ana.wait_for("type and press enter", "ana", "the story so far")
    assert ana.running
