"""The command line before it talks to any hub: which command, which arguments, which status."""

import argparse
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warroom import __version__
from warroom.cli import main as cli
from warroom.cli.main import COMMANDS, main
from warroom.cli.options import choose_room, target, text_of
from warroom.cli.output import json_line
from warroom.cli.record import REFUSED
from warroom.cli.stop import Exit, Stop
from warroom.client.target import Target
from warroom.domain.vocabulary import Code, Status
from warroom.place import socket_path
from warroom.protocol.envelopes import RoomSummary
from warroom.words.table import WORDS

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def parsed(*arguments: str) -> argparse.Namespace:
    """What a command line is read as."""
    return cli._parse(arguments)[1]


def usage_error(*arguments: str) -> int | str | None:
    """The status with which a command line is refused."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments, {})
    return stopped.value.code


def room(label: str, status: Status = Status.DECLARED) -> RoomSummary:
    return RoomSummary(
        log=label[-1] * 32,
        label=label,
        title="x",
        seq=1,
        status=status,
        declared_at=NINE,
        began_at=NINE,
    )


# --- which command ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({*COMMANDS, *(word.name for word in WORDS)}))
def test_every_command_and_word_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` ends with 0 and says how it is used; `serve` leaves that to the hub."""
    if name == "serve":
        assert ["--help"] == parsed("serve", "--help").arguments
        return
    assert 0 == usage_error(name, "--help")
    assert capsys.readouterr().out.startswith(f"usage: warroom {name}")


@pytest.mark.parametrize("name", ["", *sorted({*COMMANDS, *(word.name for word in WORDS)})])
def test_help_is_wrapped_where_the_terminal_is_narrow(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal of 80 columns would break it in mid-word."""
    if name == "serve":
        return
    usage_error(*filter(None, [name]), "--help")
    text = capsys.readouterr().out
    assert [] == [line for line in text.splitlines() if len(line) >= 80]


def test_what_help_says_is_wrapped_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A text that had been broken into lines before had short ones in its midst."""
    usage_error("tail", "--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "an address, for which WARROOM_TOKEN is the token, ssh://[USER@]HOST" in text
    usage_error("info", "--help")
    assert "      [services A, B] [started 13:40]" in capsys.readouterr().out


def test_help_lists_every_command_and_word(capsys: pytest.CaptureFixture[str]) -> None:
    """The one place where people look."""
    assert 0 == usage_error("--help")
    text = capsys.readouterr().out
    listed = {line.split()[0] for line in text.splitlines() if line.startswith("  ")}
    assert {*COMMANDS, *(word.name for word in WORDS)} <= listed


def test_the_version_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard output."""
    assert 0 == usage_error("--version")
    assert f"warroom {__version__}\n" == capsys.readouterr().out


def test_an_unknown_command_names_its_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the finger is answered with what was meant."""
    assert 2 == usage_error("declaer", "x")
    assert "did you mean declare" in capsys.readouterr().err
    assert 2 == usage_error("fact", "41")
    assert "; warroom promote 41 fact says it" in capsys.readouterr().err
    assert 2 == usage_error("frobnicate")
    assert "see warroom --help" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--colour"],
        ["declare"],
        ["declare", "x", "--severity", "6"],
        ["declare", "x", "--impact", "huge"],
        ["post", "x", "--as", "two words"],
        ["post", "x", "--id", "1"],
        ["post", "x", "--risk", "high"],
        ["tail", "-n", "-1"],
        ["export", "--format", "pdf"],
        ["hub"],
        ["hub", "restart"],
        ["verify"],
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments: list[str]) -> None:
    """Status 2, before any hub is asked."""
    assert 2 == usage_error(*arguments)


def test_options_stand_before_or_after_the_command() -> None:
    """Who acts, where and in which room."""
    before = parsed("--as", "@bo", "--data", "/d", "-i", "INC-1", "post", "x")
    after = parsed("post", "x", "--as", "bo", "--data", "/d", "-i", "INC-1")
    assert ("bo", Path("/d"), "INC-1") == (before.as_name, before.data, before.incident)
    assert vars(before) == vars(after)


def test_arguments_and_options_of_a_word_mix() -> None:
    """As people type them."""
    options = parsed("act", "@bo", "--due", "10m", "drain", "pool-3")
    assert (["@bo", "drain", "pool-3"], "10m") == (options.arguments, options.due)


def test_text_may_begin_with_a_dash() -> None:
    """After two of them."""
    assert ["--5 %"] == parsed("post", "--", "--5 %").arguments


def test_join_takes_its_room_as_an_argument() -> None:
    """`warroom join INC-1`."""
    assert "INC-1" == parsed("join", "INC-1").incident


# --- which hub, which room -------------------------------------------------------------------


def test_the_hub_is_of_the_data_folder() -> None:
    """The flag, then the environment."""
    env = {"WARROOM_DATA": "/e", "XDG_RUNTIME_DIR": "/run/user/1"}
    of_env = target(parsed("list"), env)
    assert Target(socket=socket_path(Path("/e"), env), data=Path("/e")) == of_env
    assert Path("/d") == target(parsed("list", "--data", "/d"), env).data


def test_a_hub_elsewhere_is_named_by_its_address() -> None:
    """With the token from the environment, where other users cannot read it."""
    env = {"WARROOM_TOKEN": "t", "WARROOM_HUB": "ws://other/"}
    assert Target(url="ws://h:1/", token="t") == target(parsed("list", "--hub", "ws://h:1/"), env)
    assert Target(url="ws://other/", token="t") == target(parsed("list"), env)
    assert None is target(parsed("list", "--data", "/d"), env).url


def test_a_room_is_chosen_by_label_or_id() -> None:
    """The flag, then the environment; the case does not matter."""
    rooms = [room("INC-1"), room("INC-2", Status.CLOSED)]
    options = parsed("tail", "-i", "inc-2")
    assert "INC-2" == choose_room(rooms, options, {"WARROOM_INCIDENT": "INC-1"}, reads=False).label
    env = {"WARROOM_INCIDENT": "1" * 32}
    assert "INC-1" == choose_room(rooms, parsed("tail"), env, reads=False).label


def test_the_only_open_room_needs_no_name() -> None:
    """Closed and cancelled ones do not count, resolved ones do."""
    rooms = [room("INC-1", Status.CANCELLED), room("INC-2", Status.RESOLVED)]
    assert "INC-2" == choose_room(rooms, parsed("tail"), {}, reads=False).label


def test_who_reads_is_shown_a_closed_room_if_that_is_all_there_is() -> None:
    """After the close, the debrief exports it without having to name it; nobody writes to it so."""
    closed = [room("INC-1", Status.CLOSED)]
    assert "INC-1" == choose_room(closed, parsed("tail"), {}, reads=True).label
    both = [*closed, room("INC-2", Status.CANCELLED)]
    with pytest.raises(Stop, match=r"several are closed \(INC-1, INC-2\)"):
        choose_room(both, parsed("tail"), {}, reads=True)


@pytest.mark.parametrize(
    ("rooms", "arguments", "status"),
    [
        ([], [], Exit.NOT_FOUND),
        ([room("INC-1", Status.CLOSED)], [], Exit.NOT_FOUND),
        ([room("INC-1"), room("INC-2")], [], Exit.USAGE),
        ([room("INC-1")], ["-i", "INC-9"], Exit.NOT_FOUND),
    ],
)
def test_a_room_that_cannot_be_chosen(
    rooms: list[RoomSummary], arguments: list[str], status: Exit
) -> None:
    """Nothing is guessed."""
    with pytest.raises(Stop) as stopped:
        choose_room(rooms, parsed("tail", *arguments), {}, reads=False)
    assert status is stopped.value.status


# --- how it ends -----------------------------------------------------------------------------


def test_every_refusal_has_a_status() -> None:
    """None of them is 0."""
    assert set(Code) == set(REFUSED)
    assert 0 not in REFUSED.values()


@pytest.mark.parametrize("command", [["list"], ["hub", "status"], ["hub", "stop"]])
def test_no_hub_is_status_5(command: list[str], tmp_path: Path) -> None:
    """A hub elsewhere is not started, nor is one to be looked at."""
    where = ["--hub", "ws://127.0.0.1:9/"] if command == ["list"] else []
    env = {"WARROOM_DATA": str(tmp_path / "data"), "XDG_RUNTIME_DIR": str(tmp_path)}
    assert Exit.UNREACHABLE == main([*where, *command], env)


def test_a_wrong_address_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Trying again would not help."""
    assert Exit.NOT_ALLOWED == main(["list", "--hub", "localhost:1"], {})
    assert "is no address of a hub" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["join", "INC-1"]])
@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {}, {"TERM": "xterm"}])
def test_a_screen_needs_a_terminal(
    command: list[str], env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one, or on one that draws nothing, the tail is offered."""
    assert Exit.USAGE == main(command, env)
    assert "warroom tail" in capsys.readouterr().err


def test_plain_is_accepted_for_the_screens(capsys: pytest.CaptureFixture[str]) -> None:
    """And says what it is called."""
    assert Exit.USAGE == main(["join", "INC-1", "--plain"], {"TERM": "xterm"})
    assert "warroom tail -i INC-1 --follow" in capsys.readouterr().err
    for command in (["--plain"], ["--plain", "join", "INC-1"]):
        assert Exit.USAGE == main(command, {"TERM": "xterm"})
        assert "there is no plain screen; the same, line by line" in capsys.readouterr().err


def test_verify_needs_no_hub(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not whole ends with 1, what is not there with 3."""
    file = tmp_path / "log.jsonl"
    assert Exit.NOT_FOUND == main(["verify", str(file)], {})
    assert Exit.FAILED == main(["verify", str(tmp_path)], {})
    file.write_text("nonsense\n")
    assert Exit.FAILED == main(["verify", str(file)], {})
    capsys.readouterr()
    assert Exit.FAILED == main(["verify", str(file), "--json"], {})
    assert capsys.readouterr().out.startswith('{"whole":false,')


def test_json_escapes_what_a_terminal_would_obey() -> None:
    """And loses nothing: it reads back as it was."""
    text = "a\x1b[2J\x9b31m\u202e\U000e0041 é"
    line = json_line({"text": text})
    assert "\\u001b[2J\\u009b31m\\u202e\\udb40\\udc41 é" in line
    assert {"text": text} == json.loads(line)


def test_an_interrupt_is_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a traceback."""

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("warroom.cli.list.run", interrupted)
    assert Exit.INTERRUPTED == main(["list"], {})


def test_standard_input_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` stands for it; anything else for itself."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"one\ntwo\xff\n")))
    assert "one\ntwo\ufffd" == text_of("-")
    assert "--" == text_of("--")


# --- what it costs ---------------------------------------------------------------------------

HEAVY = ("textual", "rich", "sqlalchemy", "alembic", "cryptography", "asyncio", "websockets")


@pytest.mark.parametrize(
    "modules",
    [
        ["warroom.cli.main", "warroom.cli.word", "warroom.cli.declare", "warroom.cli.list"],
        ["warroom.cli.tail", "warroom.cli.brief", "warroom.cli.export", "warroom.cli.hub"],
        ["warroom.cli.join", "warroom.cli.lobby", "warroom.cli.verify", "warroom.cli.serve"],
    ],
)
def test_no_command_imports_anything_heavy(modules: list[str]) -> None:
    """Screens, databases, event loops and keys are loaded by whoever needs them, when they do."""
    script = f"import sys, {', '.join(modules)}; print(*{{m.split('.')[0] for m in sys.modules}})"
    loaded = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, env=os.environ
    )
    assert set() == set(HEAVY) & set(loaded.stdout.split())
