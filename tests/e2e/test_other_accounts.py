"""Through a real sshd as another user of the machine: the hub there sees whom the kernel names."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.accounts import Account, Accounts, accounts
from tests.e2e.test_cli import Shell
from tests.e2e.test_through_ssh import screen, script, until
from tests.integration.conftest import Hubs


@pytest.fixture(scope="module")
def others() -> Iterator[Accounts]:
    with accounts() as others:
        yield others


@pytest.fixture
def here(tmp_path: Path, others: Accounts) -> Shell:
    """Someone at another machine, whose ssh has a key that all accounts let in."""
    home = tmp_path / "here"
    home.mkdir()
    (tmp_path / "bin").mkdir()
    real = shutil.which("ssh")
    script(tmp_path / "bin/ssh", f'#!/bin/sh\nexec {real} -F {others.config} "$@"\n')
    shell = Shell(home)
    shell.env |= {
        "PATH": f"{tmp_path}/bin:{shell.env['PATH']}",
        "WARROOM_REMOTE": str(others.ana.program),
    }
    return shell


@pytest.fixture
def shared(tmp_path: Path, others: Accounts) -> Iterator[str]:
    """The socket of a hub that the group shares; the hub is of another user, root."""
    base = others.folder / "shared"
    base.mkdir(mode=0o755)
    hubs = Hubs(tmp_path)
    hubs.start("--socket-group", str(others.group), "--socket-path", f"{base}/run/hub.sock")
    yield f"{base}/run/hub.sock"
    hubs.end()
    shutil.rmtree(base)


def written_by(shell: Shell, address: str) -> list[tuple[str, str, str]]:
    """Who said what, and how the hub knows."""
    entries = shell.entries("--hub", address, "-i", "INC-1")
    posted = (entry for entry in entries if entry["kind"] == "note.posted")
    return [(entry["words"]["text"], entry["name"], entry["via"]) for entry in posted]


def test_the_hub_over_there_is_ones_own(here: Shell, others: Accounts) -> None:
    """It starts as that user, in their home, and is not the one of who comes as another."""
    ana, bo = others.address(others.ana), others.address(others.bo)
    said = here.run("join", ana).stderr
    assert f"you are {others.ana.name} (@{others.ana.name})" in said
    here.does("declare", "Checkout fails", "--hub", ana)
    here.does("post", "through sshd", "--hub", ana)
    assert [("through sshd", others.ana.name, "os")] == written_by(here, ana)
    data = others.ana.home / ".local/share/warroom"
    assert {others.ana.uid} == {path.stat().st_uid for path in (data, *data.iterdir())}
    assert "" == here.does("list", "--hub", bo)


def test_each_is_who_the_kernel_says_on_a_shared_hub(
    here: Shell, others: Accounts, shared: str
) -> None:
    """Two of the group write side by side, on the screen too, and neither as the other."""
    ana, bo = others.address(others.ana, shared), others.address(others.bo, shared)
    here.does("declare", "Checkout fails", "--hub", ana)
    here.does("post", "ana's own", "--hub", ana)
    here.does("post", "bo's own", "--hub", bo)
    refused = here.refuses(4, "post", "not mine", "--hub", bo, "--as", others.ana.name)
    assert f"you are its user {others.bo.name}; leave --as out" in refused
    with screen(here, "join", bo, "INC-1") as terminal:
        terminal.wait_for("  live")
        terminal.send("on the screen\r")
        until(lambda: "on the screen" in here.does("tail", "--hub", ana, "-i", "INC-1"))
        terminal.send("/invite\r")
        terminal.wait_for("only whoever runs the hub")
    wrote = [("ana's own", others.ana), ("bo's own", others.bo), ("on the screen", others.bo)]
    assert [(text, account.name, "os") for text, account in wrote] == written_by(here, ana)


@pytest.mark.parametrize("how", ["over ssh", "on the machine"])
def test_who_is_not_in_the_group_is_refused(
    here: Shell, others: Accounts, shared: str, how: str
) -> None:
    """By the kernel: their account logs in, and reaches nothing."""
    address = others.address(others.cy, shared)
    if how == "over ssh":
        assert "ermission denied" in here.refuses(5, "list", "--hub", address)
    else:
        assert "ermission denied" in _refused(others.cy, shared)


def _refused(account: Account, path: str) -> str:
    done = account.run("list", "--hub", path)
    assert 5 == done.returncode, done.stdout
    return done.stderr
