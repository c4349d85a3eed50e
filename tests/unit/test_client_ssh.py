"""The address of a hub behind ssh, the command that reaches it, and what it says when it fails."""

import shlex
import tempfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from warroom.client.ending import ssh_ended
from warroom.client.ssh import NoSuchAddress, Remote, command, read_address

WHERE = "ssh://ana@bastion"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"XDG_RUNTIME_DIR": str(tmp_path)}


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("ssh://bastion", Remote("bastion")),
        ("ssh://bastion/", Remote("bastion")),
        ("ssh://ana@bastion.example", Remote("bastion.example", "ana")),
        ("ssh://ana@10.0.0.5:2222", Remote("10.0.0.5", "ana", 2222)),
        ("ssh://[2001:db8::1]:22", Remote("2001:db8::1", None, 22)),
        ("ssh://bastion/run/war room.sock", Remote("bastion", socket="/run/war room.sock")),
    ],
)
def test_an_address_is_a_machine_and_perhaps_a_socket(
    text: str, remote: Remote, env: dict[str, str]
) -> None:
    """All that ssh needs, and it reads the same when it is written out again."""
    read = read_address(text, env)
    assert remote == replace(read, control=None)
    assert text.removesuffix("/") == str(read)


@pytest.mark.parametrize(
    "text",
    [
        "ssh://",
        "ssh:bastion",
        "ssh://-oProxyCommand=id",
        "ssh://-l@bastion",
        "ssh://an a@bastion",
        "ssh://bas tion",
        "ssh://bastion\n",
        "ssh://bastion:0",
        "ssh://bastion:65536",
        "ssh://bastion:-1",
        "ssh://[::1",
        "ssh://$(id)",
        "ssh://bastion/run/a\nb",
    ],
)
def test_what_ssh_could_misread_is_no_address(text: str, env: dict[str, str]) -> None:
    """A host is no option, no command, and no second line."""
    with pytest.raises(NoSuchAddress):
        read_address(text, env)


def test_a_path_is_one_word_to_the_shell_over_there(env: dict[str, str]) -> None:
    """It is data there, too."""
    path = "/tmp/'; touch x; '"
    said = command(read_address(f"ssh://bastion{path}", env), asks=True)
    assert ["--", "bastion"] == said[-3:-1]
    assert ["warroom", "hub", "connect", "--hub", path] == shlex.split(said[-1])


def test_on_a_screen_ssh_asks_nothing(env: dict[str, str]) -> None:
    """It rather fails; before there is a screen, it may ask."""
    remote = read_address("ssh://bastion", env)
    assert "BatchMode=yes" in command(remote, asks=False)
    assert "BatchMode=no" in command(remote, asks=True)


def test_the_program_over_there_can_have_another_name(env: dict[str, str]) -> None:
    """As that machine's shell reads it."""
    remote = read_address("ssh://bastion", env | {"WARROOM_REMOTE": "~/bin/warroom"})
    assert "~/bin/warroom hub connect" == command(remote, asks=True)[-1]


def test_a_connection_is_kept_in_a_folder_of_ones_own_alone(
    tmp_path: Path,
) -> None:
    """Where others can look in, none is kept: they could come in over it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as base:
        env, folder = {"XDG_RUNTIME_DIR": base}, Path(base, "warroom")
        remote = read_address("ssh://bastion", env)
        assert f"ControlPath={folder}/%C" in command(remote, asks=True)
        folder.chmod(0o755)
        assert read_address("ssh://bastion", env).control is None
        folder.rmdir()
        folder.symlink_to(tmp_path)
        assert read_address("ssh://bastion", env).control is None


@pytest.mark.parametrize(
    ("status", "said", "asks", "final", "word"),
    [
        (255, "ssh: connect to host x port 22: Connection refused\r\n", True, False, "refused"),
        (255, "@@@\nHost key verification failed.\n", False, True, "check its host key"),
        (255, "ana@x: Permission denied (publickey).\n", False, True, "join once more"),
        (255, "ana@x: Permission denied (publickey).\n", True, True, "Permission denied"),
        (127, "sh: 1: warroom: not found\n", True, False, "WARROOM_REMOTE"),
        (5, "warroom: no hub is listening at /x\n", True, False, "no hub is listening at /x"),
        (None, "", False, False, "does not get through"),
        (0, "", True, False, "cannot be reached"),
    ],
)
def test_ssh_fails_in_one_sentence(
    status: int | None, said: str, asks: bool, final: bool, word: str
) -> None:
    """With the machine's name, ssh's own last word, and what to do where that is known."""
    ended = ssh_ended(WHERE, status, said, asks=asks)
    assert (final, True, True) == (ended.final, word in ended.why, WHERE in ended.why)
    assert "\n" not in ended.why
