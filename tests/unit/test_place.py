"""Where a hub keeps its data and listens: agreed by hub and clients, and the owner's alone."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.config import Address, Config, address, is_loopback, parse
from server.place import Place, PlaceRefused, Taken
from warroom.place import data_folder, socket_path


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({"WARROOM_DATA": "/srv/war", "XDG_DATA_HOME": "/x", "HOME": "/home/ana"}, "/srv/war"),
        ({"WARROOM_DATA": "", "XDG_DATA_HOME": "/x", "HOME": "/home/ana"}, "/x/warroom"),
        ({"XDG_DATA_HOME": "x", "HOME": "/home/ana"}, "/home/ana/.local/share/warroom"),
        ({"HOME": "/home/ana"}, "/home/ana/.local/share/warroom"),
    ],
)
def test_the_data_folder_is_chosen_in_order(env: dict[str, str], folder: str) -> None:
    """Our own variable, then XDG's, then its default; a relative XDG folder does not count."""
    assert Path(folder) == data_folder(env)


def test_a_relative_data_folder_is_made_absolute() -> None:
    """Whoever reads it later may stand in another folder."""
    assert Path.cwd() / "war" == data_folder({"WARROOM_DATA": "war"})


def test_the_socket_is_the_same_by_whatever_path_the_folder_is_reached(tmp_path: Path) -> None:
    """And another one for another folder."""
    (tmp_path / "link").symlink_to(tmp_path / "data")
    env = {"XDG_RUNTIME_DIR": "/run/user/7"}
    path = socket_path(tmp_path / "data", env)
    assert Path("/run/user/7/warroom") == path.parent
    assert path == socket_path(tmp_path / "link", env)
    assert path != socket_path(tmp_path / "other", env)
    assert path.name == socket_path(tmp_path / "data", {}).name


@pytest.mark.parametrize("runtime", ["", "relative", "/run/" + "long/" * 30])
def test_without_a_usable_runtime_folder_the_socket_is_in_tmp(runtime: str) -> None:
    """In a folder named for the user, whose path is short enough."""
    path = socket_path(Path("/srv") / ("deep/" * 60), {"XDG_RUNTIME_DIR": runtime})
    assert Path(f"/tmp/warroom-{os.getuid()}") == path.parent
    assert len(os.fsencode(path)) <= 107


def test_finding_the_hub_costs_no_import() -> None:
    """It stands in the way of every command, so it is the standard library alone."""
    code = "import sys, warroom.place; print('msgspec' in sys.modules, 'asyncio' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True
    )
    assert b"False False\n" == result.stdout


def test_secrets_stay_the_same(tmp_path: Path) -> None:
    """The next hub on the folder has the same key and the same token."""
    secrets = []
    for _ in range(2):
        place = Place.take(tmp_path, {"XDG_RUNTIME_DIR": str(tmp_path)})
        secrets.append((place.seed(), place.token()))
        place.release()
    assert secrets[0] == secrets[1]
    assert 32 == len(secrets[0][0])


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    """The other learns which process it is."""
    place = Place.take(tmp_path, {})
    with pytest.raises(Taken, match=f"process id {os.getpid()}"):
        Place.take(tmp_path, {})
    place.release()
    Place.take(tmp_path, {}).release()


def test_a_cut_off_key_is_refused(tmp_path: Path) -> None:
    """Nothing is signed with what may be anybody's guess."""
    (tmp_path / "hub.key").write_bytes(b"short")
    (tmp_path / "hub.key").chmod(0o600)
    place = Place.take(tmp_path, {})
    with pytest.raises(PlaceRefused, match="not a hub's key"):
        place.seed()
    place.release()


@pytest.mark.parametrize("trap", ["file", "link", "open"])
def test_a_runtime_folder_that_someone_put_there_is_refused(tmp_path: Path, trap: str) -> None:
    """In /tmp anyone can be first: it must be a folder, ours, and closed to others."""
    folder = tmp_path / "warroom"
    match trap:
        case "file":
            folder.touch(0o700)
        case "link":
            (tmp_path / "real").mkdir(0o700)
            folder.symlink_to(tmp_path / "real")
        case _:
            folder.mkdir()
            folder.chmod(0o755)
    place = Place.take(tmp_path / "data", {"XDG_RUNTIME_DIR": str(tmp_path)})
    with pytest.raises(PlaceRefused, match=str(folder)):
        place.listen()
    place.release()


def test_a_runtime_folder_that_is_not_there_names_its_setting(tmp_path: Path) -> None:
    """As after a change of user that kept the environment."""
    place = Place.take(tmp_path / "data", {"XDG_RUNTIME_DIR": str(tmp_path / "gone")})
    with pytest.raises(PlaceRefused, match="XDG_RUNTIME_DIR"):
        place.listen()
    place.release()


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "data").touch()
    with pytest.raises(PlaceRefused, match="cannot be used"):
        Place.take(tmp_path / "data", {})


def test_settings_come_from_flags_then_the_environment() -> None:
    """What is not given has its default."""
    env = {"WARROOM_DATA": "/srv/war"}
    assert Config(data=Path("/srv/war")) == parse([], env)
    assert Config(data=Path("/x"), auto=True, json=True, idle=7) == parse(
        ["--data", "/x", "--auto", "--json", "--idle", "7"], env
    )


@pytest.mark.parametrize("text", ["soon", "0", "nan", "inf", "-1"])
def test_a_time_that_is_none_is_named(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With what it should have been."""
    with pytest.raises(SystemExit):
        parse([f"--release-after={text}"], {})
    assert f"--release-after: {text!r} is no number of seconds above 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected", "loopback"),
    [
        ("127.0.0.1:8750", Address("127.0.0.1", 8750), True),
        ("127.3.2.1:0", Address("127.3.2.1", 0), True),
        ("[::1]:8750", Address("::1", 8750), True),
        ("localhost:8750", Address("localhost", 8750), True),
        ("10.0.0.5:8750", Address("10.0.0.5", 8750), False),
        ("[::]:8750", Address("::", 8750), False),
        ("ops.example.org:1", Address("ops.example.org", 1), False),
    ],
)
def test_addresses(text: str, expected: Address, loopback: bool) -> None:
    """IPv4, IPv6 in brackets, names; and which of them are this machine alone."""
    assert expected == address(text)
    assert loopback is is_loopback(expected.host)


@pytest.mark.parametrize("text", ["", ":8750", "ops", "ops:", "ops:x", "ops:65536"])
def test_what_is_no_address(text: str) -> None:
    """Half an address is refused, not completed."""
    with pytest.raises(argparse.ArgumentTypeError, match="is no address"):
        address(text)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--bind", "0.0.0.0:8750"], "there is no plain text"),
        (["--bind", "ops.example.org:8750"], "there is no plain text"),
        (["--tls-self-signed"], "say which with --bind"),
        (["--bind", "0.0.0.0:1", "--tls-cert", "c"], "go together"),
        (["--bind", "0.0.0.0:1", "--tls-key", "k"], "go together"),
        (
            ["--bind", "0.0.0.0:1", "--tls-self-signed", "--tls-cert", "c", "--tls-key", "k"],
            "do not go together",
        ),
    ],
)
def test_no_plain_text_beyond_this_machine(
    flags: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """TLS or nothing, in one way; the usage error says what to add."""
    with pytest.raises(SystemExit):
        parse(flags, {"WARROOM_DATA": "/x"})
    assert told in capsys.readouterr().err


def test_the_help_of_a_hub_names_what_people_type(capsys: pytest.CaptureFixture[str]) -> None:
    """`warroom serve` hands its flags on; nobody types the module's name."""
    with pytest.raises(SystemExit):
        parse(["--help"], {})
    assert capsys.readouterr().out.startswith("usage: warroom serve ")
