"""Restricted rooms, names and the feed from a shell: real processes, a real hub."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_cli import WAIT, Shell, until


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.run("hub", "stop")


def test_a_security_incident_is_there_for_those_who_are_admitted(shell: Shell) -> None:
    """Declared, looked for from outside, opened by name, and shut again."""
    shell.does("--as", "kim", "list")
    label = shell.does("--as", "ana", "declare", "--security", "keys leaked").strip()
    assert label.startswith("SEC-")
    assert "" == shell.does("--as", "kim", "list", "--all")
    nowhere = shell.refuses(3, "--as", "kim", "tail", "-i", label)
    assert nowhere == shell.refuses(3, "--as", "kim", "tail", "-i", "SEC-0000").replace(
        "SEC-0000", label
    )
    shell.does("--as", "ana", "-i", label, "role", "ic")
    shell.refuses(3, "--as", "ana", "-i", label, "admit", "@stranger")
    shell.does("--as", "ana", "-i", label, "admit", "@kim")
    assert f"{label} " in shell.does("--as", "kim", "list")
    shell.does("--as", "kim", "-i", label, "post", "here")
    shell.does("--as", "ana", "-i", label, "remove", "@kim", "not", "needed")
    assert "" == shell.does("--as", "kim", "list")
    shell.refuses(3, "--as", "kim", "-i", label, "post", "still here?")
    told = shell.does("--as", "ana", "tail", "-i", label)
    assert "declared, a security incident, restricted: keys leaked" in told
    assert "removed kim: not needed" in told
    assert "still here?" not in told


def test_what_was_published_is_read_without_a_room(shell: Shell) -> None:
    """Text for people, JSON for programs."""
    label = shell.does("declare", "checkout fails").strip()
    assert "" == shell.does("feed")
    for line in (
        ("role", "ic"),
        ("update", "internal", "Checkout fails since nine."),
        ("update", "U1", "submit"),
        ("update", "U1", "approve"),
        ("update", "U1", "publish"),
    ):
        shell.does(*line)
    assert f"{label} U1 to internal" in shell.does("feed")
    (item,) = map(json.loads, shell.does("feed", "--json").splitlines())
    assert "Checkout fails since nine." == item["published"]["text"]


def test_who_may_what_is_printed_without_a_hub(shell: Shell) -> None:
    """The page in the documentation is this output."""
    printed = shell.does("raci")
    assert (Path(__file__).parents[2] / "docs/raci.md").read_text() == printed
    assert 5 == shell.run("hub", "status").returncode


def test_a_name_is_changed_and_the_log_keeps_both(shell: Shell) -> None:
    """And a name that is nobody's is refused, with the reason."""
    shell.does("--as", "kim", "declare", "checkout fails")
    shell.does("--as", "kim", "name", "Kim", "Lee")
    assert "@kim is called Kim Lee now" in shell.does("tail")
    said = shell.refuses(2, "--as", "kim", "name", "hub")
    assert "stands for something else" in said
    assert "stands for something else" in shell.refuses(4, "--as", "everyone", "list")


def test_who_follows_a_room_is_told_that_it_is_shut(shell: Shell) -> None:
    """The follower ends by itself, with what it has printed, and nothing after."""
    shell.does("--as", "kim", "list")
    label = shell.does("--as", "ana", "declare", "--restricted", "keys leaked").strip()
    shell.does("--as", "ana", "-i", label, "role", "ic")
    shell.does("--as", "ana", "-i", label, "admit", "@kim")
    with shell.follows("--as", "kim", "-i", label) as follower:
        until(lambda: any("admitted kim" in line for line in shell.followed()))
        shell.does("--as", "ana", "-i", label, "remove", "@kim", "a", "suspect")
        assert 3 == follower.wait(WAIT)
        shell.does("--as", "ana", "-i", label, "post", "they are gone")
        printed = "\n".join(shell.followed())
    assert "suspect" not in printed
    assert "they are gone" not in printed


def test_how_long_words_are_kept_is_set_and_said(shell: Shell) -> None:
    """By whoever runs the hub, for all rooms; a room that is held says so."""
    shell.does("--as", "kim", "declare", "checkout fails")
    assert "words are kept for ever\n" == shell.does("hub", "retain")
    kept = "words are kept for 90 days after their room ended, unless it is held\n"
    assert kept == shell.does("hub", "retain", "90")
    assert kept in shell.does("hub", "status")
    assert 90 == json.loads(shell.does("hub", "status", "--json"))["retention"]
    assert "from now on words are kept for 90 days" in shell.does("audit")
    assert {"retention": None} == json.loads(shell.does("hub", "retain", "forever", "--json"))
    for wrong in (("retain", "0"), ("retain", "soon"), ("status", "90")):
        shell.refuses(2, "hub", *wrong)
    shell.does("--as", "kim", "hold", "the insurer asks")
    (room,) = map(json.loads, shell.does("list", "--json").splitlines())
    assert room["held"]
    assert "held: checkout fails" in shell.does("list")
    assert "HELD since #3: the insurer asks" in shell.does("brief")
    assert "needs the incident commander" in shell.refuses(4, "--as", "kim", "unhold", "settled")
    shell.does("--as", "kim", "role", "ic")
    shell.does("--as", "kim", "unhold", "settled")
    assert "HELD" not in shell.does("brief")
