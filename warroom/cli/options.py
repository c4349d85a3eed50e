"""Options that many commands have, and what they mean: which hub, who acts, which room."""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warroom.cli.stop import Exit, Stop

if TYPE_CHECKING:
    from warroom.client.oneshot import Conversation, Introduction
    from warroom.client.store import Store
    from warroom.client.target import Target
    from warroom.protocol.envelopes import RoomSummary

_HANDLE = re.compile(r"[^\W_][\w.\-]{0,23}")


def add_place(parser: argparse.ArgumentParser) -> None:
    """Which hub, and who acts."""
    group = parser.add_argument_group("hub")
    group.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the data folder of this machine's hub, and of what this client keeps",
    )
    group.add_argument(
        "--hub",
        metavar="NAME",
        help="a hub that was joined, `local` for this machine's, an address, for which\n"
        "WARROOM_TOKEN is the token, ssh://[USER@]HOST[:PORT][/SOCKET], or the path of\n"
        "a socket (WARROOM_HUB)",
    )
    add_person(group)


def add_person(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Who acts."""
    parser.add_argument(
        "--as", dest="as_name", type=_handle, metavar="NAME", help="who acts, if not yourself"
    )


def add_observer(parser: argparse.ArgumentParser) -> None:
    """Whether one only looks on."""
    parser.add_argument(
        "--observer", action="store_true", help="only look on: nothing is written, not even that"
    )


def add_room(parser: argparse.ArgumentParser) -> None:
    """Which room."""
    parser.add_argument(
        "-i",
        "--incident",
        metavar="INC-1",
        help="the room; otherwise WARROOM_INCIDENT, or the only open one",
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    """Which file has the settings that count for more than the user's own."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings, before those of your config.toml"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")


def target(options: argparse.Namespace, env: Mapping[str, str]) -> "Target":
    """The hub that the options, or else the environment, name; otherwise the only one there is.

    Raises `Stop` where several could be meant: what someone says must not land in another room.
    """
    from warroom.client.target import Target

    named = options.hub or env.get("WARROOM_HUB")
    if options.data is not None and not options.hub:
        return own_target(options, env)
    if named and named.startswith("/"):
        return Target(socket=Path(named))
    if named and named.startswith("ssh:"):
        return ssh_target(named, env)
    if named and ":" in named:
        return Target(url=named, token=env.get("WARROOM_TOKEN"))
    names = (named,) if named else hub_names(env)
    if len(names) > 1:
        text = f"several hubs are known ({', '.join(names)}); say which with --hub or WARROOM_HUB"
        raise Stop(Exit.USAGE, text)
    return named_target(names[0], options, env)


def hub_names(env: Mapping[str, str]) -> tuple[str, ...]:
    """The hubs that could be meant where none is named: those that were joined from here, and
    this machine's, if it has one or there is no other."""
    from warroom.client.credentials import LOCAL, known_names
    from warroom.place import data_folder

    data = data_folder(env)
    known = known_names(data)
    own = (LOCAL,) if not known or (data / "journal.db").exists() else ()
    return (*known, *own)


def own_target(options: argparse.Namespace, env: Mapping[str, str]) -> "Target":
    """The hub of this machine, whatever others are known."""
    from warroom.client.local import target_of

    return target_of(data_of(options, env), env)


def named_target(name: str, options: argparse.Namespace, env: Mapping[str, str]) -> "Target":
    """A hub by its short name. Raises `Stop`."""
    from warroom.client.credentials import LOCAL, Unusable, credentials, known_names
    from warroom.client.target import Target

    if name == LOCAL:
        return own_target(options, env)
    data = data_of(options, env)
    session = credentials(data, name)
    if session is None:
        known = ", ".join(known_names(data)) or "none"
        raise Stop(Exit.NOT_FOUND, f"no hub is known as {name}; known: {known}")
    try:
        url = session.read().url
    except Unusable as problem:
        raise Stop(Exit.NOT_ALLOWED, str(problem)) from problem
    return ssh_target(url, env) if url.startswith("ssh:") else Target(url=url, credentials=session)


def ssh_target(address: str, env: Mapping[str, str]) -> "Target":
    """A hub behind ssh. Raises `Stop`."""
    from warroom.client.ssh import NoSuchAddress, read_address
    from warroom.client.target import Target

    try:
        return Target(ssh=read_address(address, env))
    except NoSuchAddress as wrong:
        raise Stop(Exit.USAGE, str(wrong)) from wrong


def data_of(options: argparse.Namespace, env: Mapping[str, str]) -> Path:
    """The data folder of this user."""
    from warroom.place import data_folder

    return options.data.absolute() if options.data else data_folder(env)


def store(options: argparse.Namespace, env: Mapping[str, str]) -> "Store":
    """What this client keeps: in the data folder, whichever hub it speaks to."""
    from warroom.client.store import Store

    return Store(data_of(options, env))


@contextmanager
def converse(
    options: argparse.Namespace, env: Mapping[str, str], *, reads: bool, start: bool = True
) -> "Iterator[Conversation]":
    """A conversation with that hub, which is started if need be.

    Who only reads leaves no trace in the log. Raises `Stop` when there is no hub to talk to.
    """
    where = target(options, env)
    kept = store(options, env)
    with conversation(where, options.as_name, env, reads=reads, start=start, kept=kept) as hub:
        yield hub


@contextmanager
def conversation(
    where: "Target",
    as_name: str | None,
    env: Mapping[str, str],
    *,
    reads: bool = True,
    start: bool = True,
    kept: "Store | None" = None,
    introduction: "Introduction | None" = None,
) -> "Iterator[Conversation]":
    """A conversation with a hub. Raises `Stop` for whatever ends it."""
    from warroom.cli.record import REFUSED
    from warroom.client.local import NoHub
    from warroom.client.oneshot import Conversation, Denied, NoRoom, Parted
    from warroom.client.wire import LineLost

    try:
        with Conversation(
            where,
            as_name,
            observer=reads,
            start=start,
            env=env,
            store=kept,
            introduction=introduction,
        ) as hub:
            yield hub
    except Denied as denied:
        raise Stop(REFUSED[denied.code], str(denied)) from denied
    except Parted as parted:
        from warroom.cli.record import two_logs

        raise two_logs(parted.replica) from parted
    except NoHub as problem:
        raise Stop(Exit.UNREACHABLE, str(problem)) from problem
    except NoRoom as gone:
        raise Stop(REFUSED[gone.code], str(gone)) from gone
    except LineLost as lost:
        raise Stop(Exit.NOT_ALLOWED if lost.final else Exit.UNREACHABLE, str(lost)) from lost


def ask_room(
    hub: "Conversation", options: argparse.Namespace, env: Mapping[str, str], *, reads: bool
) -> "RoomSummary":
    """The room that the options name, as the hub has it. Raises `Stop`, for stakeholders always."""
    rooms = hub.rooms()
    if (only := told_only(hub)) is not None:
        raise Stop(Exit.NOT_ALLOWED, only)
    return choose_room(rooms, options, env, reads=reads)


def told_only(hub: "Conversation") -> str | None:
    """What to say to a stakeholder, who is told what was published and sees no rooms."""
    from warroom.domain.vocabulary import Scope

    if hub.welcome.you.scope is not Scope.STAKEHOLDER:
        return None
    return "you are told what was published to you, and see no rooms; read it with warroom feed"


def choose_room(
    rooms: "Sequence[RoomSummary]",
    options: argparse.Namespace,
    env: Mapping[str, str],
    *,
    reads: bool,
) -> "RoomSummary":
    """The room that the options name, or the only open one.

    Who only reads is shown a closed one too, if that is all there is.
    """
    from warroom.domain.vocabulary import CLOSED

    wanted = options.incident or env.get("WARROOM_INCIDENT")
    if wanted:
        found = [room for room in rooms if wanted.casefold() in {room.label.casefold(), room.log}]
        if not found:
            raise Stop(Exit.NOT_FOUND, f"there is no room {wanted}; see warroom list")
        return found[0]
    open_ = [room for room in rooms if room.status not in CLOSED]
    found = open_ or (list(rooms) if reads else [])
    labels = ", ".join(room.label for room in found)
    if not found:
        closed = "; a closed one is named with -i" if rooms else ""
        raise Stop(Exit.NOT_FOUND, f"no room is open; declare one: warroom declare TITLE{closed}")
    if len(found) > 1:
        state = "several rooms are open" if open_ else "no room is open, several are closed"
        raise Stop(Exit.USAGE, f"{state} ({labels}); say which one with -i")
    return found[0]


def text_of(argument: str) -> str:
    """An argument that is text; `-` stands for standard input."""
    if argument != "-":
        return argument
    return sys.stdin.buffer.read().decode(errors="replace").rstrip()


def _handle(text: str) -> str:
    name = text.removeprefix("@")
    if not _HANDLE.fullmatch(name):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no short name; use up to 24 letters, digits, '.', '-' and '_'"
        )
    return name
