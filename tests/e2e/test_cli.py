"""The command line as people and scripts use it: real processes, a real hub, an empty home."""

import base64
import contextlib
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import warroom
from warroom.clock import new_command_id

ROOT = Path(warroom.__file__).parents[1]
WARROOM = [sys.executable, "-P", "-c", "from warroom.cli.main import run; run()"]
WAIT = 30.0


class Shell:
    """A terminal of someone with an empty home, in which `warroom` is installed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "TERM": "dumb",
            "LANG": "C",
        }

    def run(
        self, *arguments: str, given: str = "", **env: str
    ) -> "subprocess.CompletedProcess[str]":
        """One command, to its end."""
        return subprocess.run(
            [*WARROOM, *arguments],
            input=given,
            env=self.env | env,
            cwd=self.home,
            capture_output=True,
            encoding="utf-8",
            timeout=WAIT,
            check=False,
        )

    def does(self, *arguments: str, given: str = "") -> str:
        """What a command prints, which has to end well."""
        done = self.run(*arguments, given=given)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def refuses(self, status: int, *arguments: str) -> str:
        """What a command says, which has to end with this status and without a traceback."""
        done = self.run(*arguments)
        assert (status, "") == (done.returncode, done.stdout), done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def entries(self, *arguments: str) -> list[dict[str, Any]]:
        """The timeline as JSON."""
        lines = self.does("tail", "--json", *arguments).splitlines()
        return [json.loads(line) for line in lines]

    def hub_pid(self) -> int:
        pid: int = json.loads(self.does("hub", "status", "--json"))["pid"]
        return pid

    def kill_hub(self) -> None:
        """End the hub as a power cut would."""
        pid = self.hub_pid()
        os.kill(pid, signal.SIGKILL)
        until(lambda: 5 == self.run("hub", "status").returncode)

    @contextlib.contextmanager
    def follows(self, *arguments: str, word: str = "tail") -> Iterator["subprocess.Popen[str]"]:
        """A `tail --follow` that runs beside the block, its output in a file."""
        out = (self.home / "followed").open("w+", encoding="utf-8")
        process = subprocess.Popen(
            [*WARROOM, word, "--follow", *arguments],
            env=self.env,
            stdout=out,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(WAIT)
            out.close()

    def followed(self) -> list[str]:
        """What the follower has printed by now, in whole lines."""
        return (self.home / "followed").read_text("utf-8").split("\n")[:-1]


def until(happened: Callable[[], object]) -> None:
    """Wait for something another process does."""
    end = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.run("hub", "stop")


def test_a_time_that_is_yet_to_come_is_refused_with_its_date(shell: Shell) -> None:
    """Who writes another zone's clock is not put a day back; who means yesterday says so."""
    soon = datetime.now(UTC) + timedelta(minutes=40)
    if soon.date() != datetime.now(UTC).date():
        pytest.skip("what comes within the hour is tomorrow")
    dated = f"{soon - timedelta(days=1):%Y-%m-%dT%H:%M}Z"
    shell.does("declare", "Checkout")
    for said in (("obs", "seen", "--at"), ("declare", "again", "--started")):
        refused = shell.refuses(2, *said, f"{soon:%H:%M}")
        assert "UTC is yet to come" in refused
        assert f"yesterday's is {dated}: write that if you mean it" in refused
    shell.does("obs", "seen", "--at", dated)


def test_a_mark_that_is_none_is_refused_unless_it_came_as_text(shell: Shell) -> None:
    """What a person types is asked for again; what a pipe brings is data."""
    shell.does("declare", "Checkout")
    assert "~noon is not understood; write ~14:01" in shell.refuses(2, "obs", "seen", "~noon")
    shell.does("obs", "-", given="seen ~noon\n")
    shell.does("status", "identified", "~now")
    said = {entry["kind"]: entry for entry in shell.entries()}
    assert {"text": "seen ~noon"} == said["observation.made"]["words"]
    assert "occurred_at" in said["status.changed"]["facts"]


def test_a_hub_that_can_write_nothing_says_why_and_that_nothing_is_recorded(shell: Shell) -> None:
    """Here another program holds its journal; the status is its own, and nothing is guessed."""
    shell.does("declare", "Checkout failing")
    [journal] = shell.home.rglob("journal.db")
    id_ = new_command_id()
    with contextlib.closing(sqlite3.connect(journal, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = shell.refuses(7, "post", "p99 is back", "--id", id_)
    assert "another program has locked the hub's journal, and this is not recorded" in said
    assert f"to repeat it safely, add --id {id_}" in said
    assert "may have been" not in said
    shell.does("post", "p99 is back", "--id", id_)
    assert 1 == sum("p99 is back" in str(entry) for entry in shell.entries())


def test_a_said_by_and_a_brief_to_copy_are_as_in_the_composer(shell: Shell) -> None:
    """`@raj:` quotes before what was typed; the brief goes into the terminal's clipboard."""
    shell.does("declare", "Checkout", "failing", "--as", "ana")
    assert "raj(ana)" in shell.does("obs", "@raj: error rate is falling", "--as", "ana")
    assert "@all: down" in shell.does("post", "-", "--as", "ana", given="@all: down")
    assert "pipe what is printed" in shell.refuses(2, "brief", "copy")
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*WARROOM, "brief", "copy"],
        env=shell.env,
        stdout=theirs,
        stderr=subprocess.PIPE,
        timeout=WAIT,
        check=True,
    )
    copied = os.read(ours, 65_536).removeprefix(b"\x1b]52;c;").removesuffix(b"\a")
    assert "the brief is copied" in done.stderr.decode()
    assert "INC-1 Checkout failing" in base64.b64decode(copied, validate=True).decode()
    os.close(ours)
    os.close(theirs)


def test_an_incident_from_the_declaration_to_a_verified_export(shell: Shell) -> None:
    """The first command starts the hub; several people write; the log holds all of it."""
    assert "INC-1\n" == shell.does("declare", "Checkout", "failing", "--severity", "1")
    assert "took incident command" in shell.does("role", "ic", "--as", "ana")
    shell.does("obs", "p99 4.2 s", "--at", "1 min ago", "--as", "bo")
    shell.does("post", "--said-by", "@raj", "error rate is falling", "--as", "kim")
    assert " A1   " in shell.does("act", "@bo", "drain pool-3", "--due", "10m", "--as", "ana")
    shell.does("decide", "roll back 8.14", "--risk", "high", "--as", "ana")
    shell.does("post", "-", "--as", "bo", given="one\ntwo\n")

    entries = shell.entries()
    assert list(range(1, len(entries) + 1)) == [entry["seq"] for entry in entries]
    said = {entry["kind"]: entry for entry in entries}
    assert {"text": "one\ntwo"} == said["note.posted"]["words"]
    assert "bo" == said["observation.made"]["name"]
    assert "high" == said["decision.recorded"]["facts"]["risk"]
    assert "due_at" in said["action.added"]["facts"]

    lines = shell.does("tail").splitlines()
    assert any("ana       A1   bo: drain pool-3, due" in line for line in lines)
    assert ["one", "two"] == [lines[-2].split()[-1], lines[-1].strip()]
    assert any("raj(kim)" in line for line in lines)

    log = shell.does("export")
    assert entries[-1]["hash"] in log
    assert "whole" in shell.does("verify", "-", given=log)
    shell.does("export", "-o", "log.jsonl")
    assert json.loads(shell.does("verify", "log.jsonl", "--json"))["whole"]
    assert log == (shell.home / "log.jsonl").read_text("utf-8")
    assert "drain pool-3" in shell.does("export", "--format", "md")
    assert "drain pool-3" in shell.does("brief")
    broken = (shell.home / "log.jsonl").read_text("utf-8").replace("pool-3", "pool-4")
    (shell.home / "log.jsonl").write_text(broken, "utf-8")
    assert 1 == shell.run("verify", "log.jsonl").returncode


def test_rooms_are_listed_and_chosen(shell: Shell) -> None:
    """By the option, by the environment, or because there is only one."""
    assert "" == shell.does("list")
    shell.does("declare", "One")
    declared = json.loads(shell.does("declare", "Two", "--json", "--as", "bo"))
    assert ("INC-2", 1) == (declared["label"], declared["seq"])
    rows = shell.does("list").splitlines()
    assert ["ROOM", "INC-2", "INC-1"] == [row.split()[0] for row in rows]
    listed = [json.loads(line) for line in shell.does("list", "--json").splitlines()]
    assert ["Two", "One"] == [one["title"] for one in listed]
    assert "several rooms are open" in shell.refuses(2, "post", "which?")
    posted = json.loads(shell.does("post", "this one", "-i", "inc-1", "--json"))
    assert ("INC-1", listed[1]["log"]) == (posted["label"], posted["log"])
    assert posted["id"] == shell.entries("-i", "INC-1", "-n", "1")[0]["id"]
    assert 0 == shell.run("post", "that one", WARROOM_INCIDENT="INC-2").returncode
    shell.does("status", "cancelled", "false alarm", "-i", "INC-2")
    assert 2 == len(shell.does("list").splitlines())
    assert 3 == len(shell.does("list", "--all").splitlines())
    assert "INC-1" in shell.does("post", "the only one", "--json")


def test_every_refusal_has_its_status(shell: Shell) -> None:
    """With one sentence on standard error, and nothing on standard output."""
    assert "no room is open" in shell.refuses(3, "post", "to whom?")
    shell.does("declare", "Down", "--as", "ana")
    shell.does("role", "ic", "--as", "ana")
    assert "there is no room" in shell.refuses(3, "tail", "-i", "INC-9")
    assert "nobody" in shell.refuses(2, "act", "@nobody-here", "do it").lower()
    assert "warroom obs TEXT" in shell.refuses(2, "obs")
    assert "ana is in command" in shell.refuses(4, "status", "resolved", "--as", "bo")
    shell.does("act", "@ana", "drain", "--as", "ana")
    shell.does("act", "A1", "done", "--as", "ana")
    assert "done already" in shell.refuses(6, "act", "A1", "done", "--as", "ana")
    assert "shorten it" in shell.refuses(2, "post", "€" * 25_000)
    assert "no hub is listening" in shell.refuses(5, "hub", "status", "--data", "elsewhere")
    assert "tail" in shell.refuses(2, "join", "INC-1")
    assert "tail" in shell.refuses(2)


def test_a_command_can_be_repeated_by_its_id(shell: Shell) -> None:
    """Once or twice, it is one entry; another command under that id is refused."""
    shell.does("declare", "Down", "--as", "ana")
    id_ = new_command_id()
    first = shell.does("act", "@ana", "drain", "--due", "10m", "--id", id_, "--as", "ana", "--json")
    again = shell.does("act", "@ana", "drain", "--due", "10m", "--id", id_, "--as", "ana", "--json")
    assert first == again
    assert [id_] == [entry["id"] for entry in shell.entries() if entry["kind"] == "action.added"]


def test_many_commands_at_once_start_one_hub_and_lose_nothing(shell: Shell) -> None:
    """Whoever loses the race connects to the winner."""
    shell.does("declare", "Down")
    shell.does("hub", "stop")
    people = [f"p{number}" for number in range(6)]
    with ThreadPoolExecutor(len(people)) as pool:
        ends = [pool.submit(shell.run, "post", f"from {who}", "--as", who) for who in people]
    assert [0] * len(people) == [end.result().returncode for end in ends]
    posted = [entry["words"]["text"] for entry in shell.entries() if entry["kind"] == "note.posted"]
    assert sorted(f"from {who}" for who in people) == sorted(posted)


def test_a_follower_survives_the_death_of_its_hub(shell: Shell) -> None:
    """What it printed is the log: nothing lost, nothing twice, across kill -9 and a stop."""
    shell.does("declare", "Down", "--as", "ana")
    shell.does("post", "before", "--as", "ana")
    with shell.follows("--json") as follower:
        until(lambda: len(shell.followed()) == 3)
        shell.kill_hub()
        shell.does("post", "after the kill", "--as", "ana")
        until(lambda: len(shell.followed()) == 4)
        shell.does("hub", "stop")
        shell.does("post", "after the stop", "--as", "ana")
        until(lambda: len(shell.followed()) == 5)
        printed = [json.loads(line) for line in shell.followed()]
        assert shell.entries() == printed
        follower.send_signal(signal.SIGINT)
        assert 130 == follower.wait(WAIT)


def test_a_follower_can_begin_with_the_last_entries(shell: Shell) -> None:
    """And goes on from there."""
    shell.does("declare", "Down", "--as", "ana")
    shell.does("post", "one", "--as", "ana")
    with shell.follows("-n", "1"):
        until(lambda: len(shell.followed()) == 1)
        shell.does("post", "two", "--as", "ana")
        until(lambda: len(shell.followed()) == 2)
        assert ["one", "two"] == [line.split()[-1] for line in shell.followed()]


def test_a_reader_leaves_no_trace(shell: Shell) -> None:
    """Reading is not attendance."""
    shell.does("declare", "Down", "--as", "ana")
    before = shell.entries()
    for command in (["tail"], ["brief"], ["list"], ["export"]):
        shell.does(*command, "--as", "eve")
    assert before == shell.entries()


def test_a_pipe_that_breaks_is_quiet(shell: Shell) -> None:
    """`warroom tail | head -1`, with more than a pipe holds."""
    shell.does("declare", "Down")
    for _ in range(4):
        shell.does("post", "-", given="x" * 39_000)
    tail = " ".join(f"'{part}'" for part in [*WARROOM, "tail"])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {tail} | head -1"],
        env=shell.env,
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert "declared" in done.stdout


def test_the_hub_can_be_looked_at_and_stopped(shell: Shell) -> None:
    """Neither starts one."""
    shell.refuses(5, "hub", "status")
    shell.refuses(5, "hub", "stop")
    shell.does("declare", "Down")
    status = json.loads(shell.does("hub", "status", "--json"))
    assert (1, ["INC-1"]) == (status["rooms"], status["open"])
    assert str(status["pid"]) in shell.does("hub", "status")
    assert "stopped" in shell.run("hub", "stop").stderr
    shell.refuses(5, "hub", "status")


def test_serve_is_a_hub_in_the_foreground(shell: Shell) -> None:
    """With the flags of the hub; commands use it, and it ends with a signal."""
    with subprocess.Popen(
        [*WARROOM, "serve", "--json"], env=shell.env, stdout=subprocess.PIPE, text=True
    ) as hub:
        assert hub.stdout is not None
        ready = json.loads(hub.stdout.readline())
        assert ("ready", hub.pid) == (ready["event"], shell.hub_pid())
        shell.does("declare", "Down")
        hub.terminate()
        assert 0 == hub.wait(WAIT)


def test_a_hub_that_cannot_start_says_why(shell: Shell) -> None:
    """The person learns what to do, not only that it failed."""
    data = shell.home / "data"
    data.mkdir(mode=0o777)
    data.chmod(0o777)
    assert f"chmod go-w {data}" in shell.refuses(5, "list", "--data", str(data))


def test_a_hub_on_a_port_takes_commands_with_its_token(shell: Shell) -> None:
    """And no others."""
    with subprocess.Popen(
        [*WARROOM, "serve", "--json", "--bind", "127.0.0.1:0"],
        env=shell.env,
        stdout=subprocess.PIPE,
        text=True,
    ) as hub:
        try:
            assert hub.stdout is not None
            url = json.loads(hub.stdout.readline())["url"]
            token = next(shell.home.rglob("token")).read_text()
            there = {"WARROOM_HUB": url, "WARROOM_TOKEN": token}
            assert "INC-1\n" == shell.run("declare", "Down", **there).stdout
            refused = shell.run("list", WARROOM_HUB=url, WARROOM_TOKEN="wrong")
        finally:
            hub.terminate()
    assert 4 == refused.returncode
    assert "The hub does not know this token" in refused.stderr
