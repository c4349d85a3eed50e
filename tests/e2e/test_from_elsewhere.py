"""From another machine, as people do it: two homes, the command line, and a man in the middle."""

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.e2e.man_in_the_middle import in_the_middle
from tests.e2e.terminal import WARROOM, Terminal
from tests.e2e.test_cli import Shell, until
from warroom.client.connection import Connection, Line, LineState
from warroom.client.credentials import Credentials, digest_of, remember
from warroom.client.hello import hello
from warroom.client.invite import Invite
from warroom.client.pace import Pace
from warroom.client.target import Target
from warroom.clock import now

ANOTHER = "it shows another certificate"


class Stranger(Shell):
    """Someone on another machine: a home of their own, and what they keep there."""

    def comes_in(self, line: str, *arguments: str, name: str = "Bo Chen") -> str:
        """What `join` says to an invite that is pasted; it has to let in."""
        done = self.run("join", "-", "--as", name.split()[0], *arguments, given=f"{line}\n")
        assert 0 == done.returncode, done.stderr
        return done.stderr

    @property
    def session(self) -> Path:
        (path,) = (self.home / ".local/share/warroom/sessions").glob("*.json")
        return path


def invite_of(printed: str) -> str:
    """The invite in what `share` or `invite` prints."""
    found = re.fullmatch(r"warroom join '(wrs://\S+)'\n", printed)
    assert found is not None, printed
    return found[1]


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Shell]:
    """Someone whose hub listens for others."""
    (tmp_path / "here").mkdir()
    shell = Shell(tmp_path / "here")
    shell.does("declare", "Checkout fails")
    yield shell
    shell.run("hub", "stop")


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    (tmp_path / "there").mkdir()
    shell = Stranger(tmp_path / "there")
    yield shell
    shell.run("hub", "stop")


def shares(operator: Shell, *arguments: str) -> str:
    """An invite to the hub, which listens on a port that is free and that no other test has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return invite_of(operator.does("share", f"127.0.0.1:{port}", *arguments))


def test_an_invite_is_all_it_takes(operator: Shell, stranger: Stranger) -> None:
    """One line is pasted; from then on the hub is known, and words land in its room."""
    said = stranger.comes_in(shares(operator))
    assert "you are Bo (@bo), responder" in said
    assert "INC-1" in stranger.does("list")
    stranger.does("post", "p99 is back")
    assert "p99 is back" in operator.does("tail")
    entry = stranger.entries()[-1]
    assert ("session", "Bo") == (entry["via"], entry["name"])


def test_a_stranger_is_asked_at_the_terminal(operator: Shell, stranger: Stranger) -> None:
    """For the invite, which is not shown, and for their name; then the room is there."""
    line = shares(operator)
    env = stranger.env | {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with Terminal([*WARROOM, "join", "-"], columns=100, rows=30, env=env) as terminal:
        terminal.wait_for("paste the invite (it is not shown):")
        terminal.send(f"{line}\r")
        terminal.wait_for("your name, as others shall see it:")
        terminal.send("Dee Park\r")
        terminal.wait_for("INC-1", "type and press enter")
        assert Invite.read(line).code.encode() not in terminal.raw
    assert "Dee Park" in operator.does("people")


def test_an_invite_can_come_from_a_file(operator: Shell, stranger: Stranger) -> None:
    """And names the person by itself; the hub gets the short name that is asked for."""
    line = shares(operator, "--for", "Dee Park")
    (stranger.home / "invite").write_text(f"{line}\n")
    done = stranger.run("join", "--invite-file", "invite", "--hub", "ops")
    assert 0 == done.returncode, done.stderr
    assert "you are Dee Park (@dee), responder, at the hub known as ops" in done.stderr
    assert "ops.json" == stranger.session.name
    assert "INC-1" in stranger.does("list", "--hub", "ops")


def test_what_is_wrong_with_an_invite_is_said(operator: Shell, stranger: Stranger) -> None:
    """Used, revoked, or broken on the way; the text is never repeated."""
    line = shares(operator)
    stranger.comes_in(line)
    again = stranger.run("join", line, "--as", "Eve")
    assert (4, True) == (again.returncode, "was used already" in again.stderr)
    other = invite_of(operator.does("invite"))
    operator.run("revoke", json.loads(operator.does("invites", "--json"))["invite"])
    assert "was revoked" in stranger.run("join", other, "--as", "Eve").stderr
    broken = stranger.run("join", other[:-3], "--as", "Eve")
    assert 2 == broken.returncode
    assert Invite.read(other).code not in broken.stdout + broken.stderr


def test_nobody_is_invited_as_what_there_is_not(operator: Shell) -> None:
    """What makes no sense is refused before anything is made."""
    for scope in ("hub", "root", "guest", "stakeholder:press", "observer:INC-1"):
        operator.refuses(2, "invite", "--scope", scope)
    assert "" == operator.does("invites", "--all")


def test_nobody_is_invited_by_a_name_that_is_no_ones(operator: Shell) -> None:
    """Who makes the invite learns it, not who comes with it."""
    shares(operator)
    assert "nobody could join as hub: " in operator.refuses(2, "invite", "--for", "hub")


def test_a_name_that_is_too_long_is_refused_before_any_hub_is_called(operator: Shell) -> None:
    """With the limit; no port is opened for it."""
    for word in ("invite", "share"):
        said = operator.refuses(2, word, "--for", "x" * 301)
        assert "name is too long; write 300 characters at most" in said
        assert "no blanks: @dee" in operator.refuses(2, word, "--for", "@dee park")
    assert "" == operator.does("invites", "--all")
    assert "listens on this machine only" in operator.refuses(6, "invite")


def test_a_port_that_is_open_is_not_said_to_be_another(operator: Shell) -> None:
    """Its own address, or none, makes another invite; any other is refused, and how to move."""
    port = Invite.read(shares(operator)).port
    operator.does("share", f"127.0.0.1:{port}")
    operator.does("share")
    for other in ("127.0.0.2", f"127.0.0.1:{port + 1}"):
        said = operator.refuses(6, "share", other)
        assert f"the hub listens on 127.0.0.1:{port} already" in said
        assert "warroom share --stop" in said


def test_a_guest_sees_one_room(operator: Shell, stranger: Stranger) -> None:
    """The one of the invite, and no other."""
    operator.does("declare", "Another", "--json")
    stranger.comes_in(shares(operator, "--scope", "guest:INC-2"))
    listed = stranger.does("list")
    assert ("INC-2" in listed, "INC-1" in listed) == (True, False)
    stranger.does("post", "in my room")
    assert "no room" in stranger.refuses(3, "post", "in another", "-i", "INC-1")
    missing = operator.run("invite", "--scope", "guest:INC-9")
    assert (3, True) == (missing.returncode, "INC-9" in missing.stderr)


def test_a_session_that_cannot_be_kept_is_one_sentence(operator: Shell, stranger: Stranger) -> None:
    """The disk is full or read-only, or as here in the way; the invite stays as good as it was."""
    line = shares(operator)
    kept = stranger.home / ".local/share/warroom"
    kept.mkdir(parents=True)
    (kept / "sessions").touch()
    refused = stranger.run("join", "-", "--as", "Bo", given=f"{line}\n")
    assert 1 == refused.returncode, refused.stderr
    assert "Traceback" not in refused.stderr
    assert f"the session cannot be kept in {kept}: Not a directory" in refused.stderr
    (kept / "sessions").unlink()
    stranger.comes_in(f"warroom join '{line}'")


def test_a_stakeholder_is_told_and_opens_nothing(operator: Shell, stranger: Stranger) -> None:
    """The feed is all there is for them."""
    said = stranger.comes_in(shares(operator, "--scope", "stakeholder:customers"))
    assert "stakeholder" in said
    assert "INC-1" not in stranger.run("list").stdout
    assert "warroom feed" in stranger.run("list").stderr
    for words in (("post", "hello"), ("tail",), ("brief",)):
        assert "see no rooms; read it with warroom feed" in stranger.refuses(4, *words)
    assert 0 == stranger.run("feed").returncode
    for words in (("people",), ("invite",), ("invites",), ("audit",), ("revoke", "Bo")):
        assert "on the hub's own machine; none of yours runs here" in stranger.refuses(4, *words)


def publishes(shell: Shell, number: int, audience: str, text: str) -> None:
    """An update goes out that someone else wrote; whoever runs the hub commands."""
    shell.does("update", audience, text, "--as", "dee")
    shell.does("update", f"U{number}", "submit", "--as", "dee")
    shell.does("update", f"U{number}", "approve")
    shell.does("update", f"U{number}", "publish")


def test_a_stakeholder_follows_what_is_published(operator: Shell, stranger: Stranger) -> None:
    """To their audience alone, each once, also while the hub is away and comes back."""
    stranger.comes_in(shares(operator, "--scope", "stakeholder:customers"))
    operator.does("role", "ic")
    publishes(operator, 1, "customers", "Cards fail.")
    with stranger.follows(word="feed"):
        until(lambda: "    Cards fail." in stranger.followed())
        publishes(operator, 2, "internal", "Not for customers.")
        publishes(operator, 3, "customers", "We work on it.")
        until(lambda: "    We work on it." in stranger.followed())
        operator.kill_hub()
        publishes(operator, 4, "customers", "Cards work again.")
        until(lambda: "    Cards work again." in stranger.followed())
    heads, texts = stranger.followed()[::2], stranger.followed()[1::2]
    assert ["    Cards fail.", "    We work on it.", "    Cards work again."] == texts
    numbers = [re.findall(r"INC-1 (U\d) to customers", head) for head in heads]
    assert [["U1"], ["U3"], ["U4"]] == numbers
    with stranger.follows("--json", word="feed") as follower:
        until(lambda: len(stranger.followed()) == 3)
        told = [json.loads(line)["published"]["text"] for line in stranger.followed()]
        assert [text.strip() for text in texts] == told
        operator.does("revoke", "bo")
        until(lambda: follower.poll() == 4)


def test_an_invite_needs_a_port_for_others(operator: Shell) -> None:
    """It says which command opens one."""
    assert "warroom share" in operator.refuses(6, "invite")


def test_the_port_is_there_again_after_a_restart(operator: Shell, stranger: Stranger) -> None:
    """Until it is closed; the session holds all the while."""
    stranger.comes_in(shares(operator))
    operator.kill_hub()
    operator.does("list")
    assert "INC-1" in stranger.does("list")
    operator.run("share", "--stop")
    assert "no hub is listening" in stranger.run("list").stderr


def test_who_is_revoked_is_out(operator: Shell, stranger: Stranger) -> None:
    """`people` shows them, `revoke` ends them, and they are told."""
    stranger.comes_in(shares(operator))
    away = operator.does("people")
    assert "@bo" in away
    assert re.search(r"127\.0\.0\.1 +warroom \S+ +away", away)
    operator.kill_hub()
    operator.does("list")
    assert re.search(r"127\.0\.0\.1 +warroom \S+ +away", operator.does("people"))
    operator.does("revoke", "bo")
    assert "" == operator.does("people")
    assert "revoked" in stranger.refuses(4, "list")


def test_the_hubs_own_log_tells_it_all(operator: Shell, stranger: Stranger) -> None:
    """It is shown, exported and verified like any other."""
    stranger.comes_in(shares(operator))
    stranger.does("export", "-i", "INC-1")
    shown = operator.does("audit")
    assert "made invite" in shown
    assert "came in as responder" in shown
    assert "came from 127.0.0.1" in shown
    assert 1 == shown.count("exported log")
    kinds = [json.loads(line)["kind"] for line in operator.does("audit", "--json").splitlines()]
    assert {"invite.made", "session.opened", "session.seen"} <= set(kinds)
    operator.does("export", "-i", "hub", "-o", "hub.jsonl")
    # The export of the hub's own log is its last entry.
    assert f"hub: {len(kinds) + 1} entries, whole" in operator.does("verify", "hub.jsonl")
    assert "on the hub's own machine" in stranger.refuses(4, "audit")


def test_words_do_not_land_on_a_hub_that_was_not_meant(operator: Shell, stranger: Stranger) -> None:
    """Who has a hub of their own besides says which one; asking costs nothing."""
    stranger.does("declare", "Mine", "--hub", "local")
    stranger.comes_in(shares(operator), "--hub", "ops")
    told = stranger.refuses(2, "post", "where does this go")
    assert "several hubs are known (ops, local)" in told
    stranger.does("post", "to ops", "--hub", "ops")
    assert "to ops" in operator.does("tail")
    assert "to ops" not in stranger.does("tail", "--hub", "local")


# --- tokens --------------------------------------------------------------------------------------


def test_a_token_is_renewed_after_a_day(operator: Shell, stranger: Stranger) -> None:
    """By itself, and nothing is lost if the answer is: the file holds both until then."""
    stranger.comes_in(shares(operator))
    first = Credentials(stranger.session).read()
    data, old = stranger.home / ".local/share/warroom", now() - timedelta(days=2)
    lost = "lost-on-its-way-the-last-time"
    remember(data, replace(first, made_at=old, next=lost))
    stranger.does("list")
    remember(data, replace(Credentials(stranger.session).read(), made_at=old))
    stranger.does("list")
    second = Credentials(stranger.session).read()
    assert second.token not in {first.token, lost}
    assert second.next is None
    remember(stranger.home / ".local/share/warroom", first)
    until(lambda: "replaced by a newer one" in stranger.run("list").stderr)
    assert "an old token of it came from 127.0.0.1" in operator.does("people")


# --- the man in the middle -----------------------------------------------------------------------


def test_a_man_in_the_middle_gets_nothing(
    operator: Shell, stranger: Stranger, tmp_path: Path
) -> None:
    """Neither the code when someone joins, nor the token later; and the person is told why."""
    line = shares(operator)
    invite = Invite.read(line)
    other = invite_of(operator.does("invite"))
    stranger.comes_in(other)
    known = Credentials(stranger.session).read()
    assert known.certificate is not None
    with in_the_middle(tmp_path / "man", invite.port, known.certificate) as man:
        elsewhere = line.replace(f":{invite.port}/", f":{man.port}/")
        fooled = stranger.run("join", elsewhere, "--as", "Bo", "--hub", "other")
        assert (4, True) == (fooled.returncode, ANOTHER in fooled.stderr)
        # The network leads there from now on: with the session's file, and as a screen does.
        moved = replace(known, url=f"wss://127.0.0.1:{man.port}/")
        credentials = remember(stranger.home / ".local/share/warroom", moved)
        assert ANOTHER in stranger.refuses(4, "list")
        line_ = asyncio.run(_dialled(credentials))
        assert (LineState.REFUSED, True) == (line_.state, ANOTHER in line_.why)
        assert 3 == man.connections
        assert b"" == man.heard
    # Once the way is free again, all is well, and the code was not used up.
    remember(stranger.home / ".local/share/warroom", known)
    stranger.does("list")
    stranger.comes_in(line, "--hub", "again")


def test_the_man_in_the_middle_would_hear(
    operator: Shell, stranger: Stranger, tmp_path: Path
) -> None:
    """He works: someone who trusts his certificate is heard, and served by the hub behind him."""
    line = shares(operator)
    invite = Invite.read(line)
    stranger.comes_in(line)
    known = Credentials(stranger.session).read()
    assert known.certificate is not None
    with in_the_middle(tmp_path / "man", invite.port, known.certificate) as man:
        his = (tmp_path / "man" / "hub.pem").read_text().partition("-----END PRIVATE KEY-----\n")[2]
        fooled = replace(known, url=f"wss://127.0.0.1:{man.port}/", certificate=his)
        remember(stranger.home / ".local/share/warroom", fooled)
        assert "INC-1" in stranger.does("list")
        assert known.token.encode() in man.heard


async def _dialled(credentials: Credentials) -> Line:
    """How the line of a screen stands after its first attempt."""
    tried: asyncio.Future[Line] = asyncio.get_running_loop().create_future()

    def listen(line: Line) -> None:
        if line.state is not LineState.CONNECTING and not tried.done():
            tried.set_result(line)

    target = Target(url=credentials.read().url, credentials=credentials)
    connection = Connection(target, hello(None), listen, lambda _: None, Pace())
    running = asyncio.ensure_future(connection.run())
    try:
        return await asyncio.wait_for(tried, 20)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


# --- secrets -------------------------------------------------------------------------------------


def test_secrets_stand_in_one_file_only(
    operator: Shell, stranger: Stranger, tmp_path: Path
) -> None:
    """Not in what any command says, its arguments or environment, nor in any file but one's own."""
    line = shares(operator)
    said = stranger.comes_in(line)
    said += stranger.run("join", "-", "--as", "Eve", given=line).stderr
    said += stranger.does("list") + operator.does("people") + operator.does("invites", "-a")
    said += operator.does("audit", "--json") + operator.does("export", "-i", "hub")
    known = Credentials(stranger.session).read()
    with stranger.follows() as follower:
        until(lambda: 1 < len(stranger.followed()))
        content = {name: _process(name) for name in (str(follower.pid), str(operator.hub_pid()))}
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != stranger.session]
    content |= {str(path): path.read_bytes() for path in files}
    content["what was said"] = said.encode()
    secrets = [Invite.read(line).code.encode(), known.token.encode()]
    assert [] == [name for name, data in content.items() if any(s in data for s in secrets)]
    assert any(digest_of(known.token).encode() in data for data in content.values())
    assert 0o600 == stranger.session.stat().st_mode & 0o777
    assert 0o700 == stranger.session.parent.stat().st_mode & 0o777


def _process(pid: str) -> bytes:
    return b"".join(Path("/proc", pid, name).read_bytes() for name in ("cmdline", "environ"))


def test_a_session_that_others_can_read_is_not_used(operator: Shell, stranger: Stranger) -> None:
    """It says what to do about it."""
    stranger.comes_in(shares(operator))
    stranger.session.chmod(0o644)
    assert "chmod 600" in stranger.refuses(4, "list")


def test_a_restricted_room_leaves_no_trace_with_others(
    operator: Shell, stranger: Stranger, tmp_path: Path
) -> None:
    """Neither on the screen nor on the disk of whoever runs the hub, or of another responder:
    their output and their files are searched byte for byte. Only the journal has it."""
    (tmp_path / "hers").mkdir()
    ana, canary, later = Stranger(tmp_path / "hers"), "canary-5c1f", "canary-9e07"
    ana.comes_in(shares(operator), name="Ana Ruiz")
    stranger.comes_in(invite_of(operator.does("invite")))
    label = ana.does("declare", "--security", canary).strip()
    ana.does("-i", label, "role", "ic")
    ana.does("-i", label, "post", canary)
    ana.does("-i", label, "update", "internal", canary)
    ana.does("export", "-i", label, "-o", "mine.jsonl")

    outside = [
        shell.run(*arguments)
        for shell in (operator, stranger)
        for arguments in (
            ("list", "--all"),
            ("list", "--all", "--json"),
            ("feed",),
            ("tail", "-i", label),
            ("brief", "-i", label),
            ("export", "-i", label),
            ("export", "-i", "hub"),
            ("-i", label, "post", "x"),
            ("hub", "status", "--json"),
            ("audit", "--json"),
            ("people", "--json"),
            ("invite", "--scope", f"guest:{label}"),
        )
    ]
    heard = "".join(one.stdout + one.stderr for one in outside)
    assert canary not in heard
    assert "1 open of 1 rooms" in operator.does("hub", "status")
    assert [] == holding(canary, operator.home, stranger.home)
    assert {"mine.jsonl"} <= {path.name for path in holding(canary, ana.home)}

    ana.does("-i", label, "admit", "@bo")
    assert canary in stranger.does("tail", "-i", label)
    ana.does("-i", label, "remove", "@bo")
    ana.does("-i", label, "post", later)
    stranger.refuses(3, "tail", "-i", label)
    assert [] == holding(later, operator.home, stranger.home)
    reads = [line for line in operator.does("audit", "--json").splitlines() if "restricted" in line]
    assert reads


def holding(text: str, *homes: Path) -> list[Path]:
    """The files that hold a text, but for the journal of the hub."""
    files = [path for home in homes for path in home.rglob("*") if path.is_file()]
    return [
        path
        for path in files
        if not path.name.startswith("journal.db") and text.encode() in path.read_bytes()
    ]
