"""`python -P -m server`: one hub, until it is told to end or, started by a client, is idle.

Exit status: 0 ended as asked, 1 it cannot run here, 2 usage. A hub that a client started and that
finds another one running ends with 0: its client connects to that one.
"""

import asyncio
import contextlib
import functools
import json
import logging
import logging.handlers
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from server import crash
from server.config import Config, parse
from server.place import Place, PlaceRefused, Running, Taken
from warroom import __version__
from warroom.clock import monotonic

if TYPE_CHECKING:
    from server.adoption import Found
    from server.doors import Doors
    from server.gateway import Gateway
    from server.hub import Hub
    from server.journal import Journal

LOG_BYTES = 1024 * 1024
LOG_FILES = 3

SOCKET_LOOK = 2.0
"""Seconds between looks at whether the socket's file is still there."""

SWITCH_INTERVAL = 0.0005
"""Seconds after which the interpreter passes to the next thread: reading a page of the journal
must not hold up the loop that talks to everyone (a tenth of the default; see docs/performance.md).
"""

_NEXT = (
    "its rooms take back what clients still hold, and nothing new, until they are released: start "
    "the hub, let people come, then warroom hub release --all"
)

_INVITES = "invites from before are void: what was used or revoked since is not known; invite again"

_AGAIN = (
    "these sessions are open again, also those that were ended after the backup; once the hub "
    "runs, warroom revoke SESSION ends one:"
)

_logger = logging.getLogger("server")


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a hub; the exit status."""
    from server.journal import JournalError

    config = parse(arguments, env)
    # The database and its side files are made by SQLite, which asks nobody for their mode.
    os.umask(0o077)
    try:
        if config.backup is not None:
            return _back_up(config.data, config.backup)
        place = Place.take(config.data, env)
    except Taken as taken:
        return 0 if config.auto else _fail(str(taken))
    except (PlaceRefused, JournalError) as refused:
        return _fail(str(refused))
    try:
        _log_to(place, config)
        if config.restore is not None:
            return _restore(place, config.restore, force=config.force)
        place.check_restored()
        _run(config, place)
    except (PlaceRefused, JournalError) as refused:
        return _fail(str(refused))
    finally:
        place.release()
    _say(config, event="stopped")
    return 0


def _back_up(data: Path, target: Path) -> int:
    from server.backup import make, summary

    return _done(f"backup {target}: {summary(make(data, target))}")


def _restore(place: Place, source: Path, *, force: bool) -> int:
    from server.backup import restore, summary

    restored = restore(place, source, force=force)
    lines = [f"restored {summary(restored.contents)}; {_NEXT}", _INVITES]
    if restored.again:
        lines += [_AGAIN, *(f"  {line}" for line in restored.again)]
    return _done("\n".join(lines))


def _run(config: Config, place: Place) -> None:
    from server.adoption import read_files
    from server.journal_sql import open_sqlite

    _allow_many_files()
    sys.setswitchinterval(SWITCH_INTERVAL)
    crash.reached("start-up")
    adopt = read_files(config.adopt)
    with contextlib.closing(open_sqlite(place.journal)) as journal:
        crash.reached("start-up")
        asyncio.run(_serve(config, place, journal, adopt))


async def _serve(
    config: Config, place: Place, journal: "Journal", adopt: "Sequence[Found]"
) -> None:
    """Open the doors, and keep them open until a signal or idleness ends it."""
    from server.doors import Doors
    from server.gateway import Gateway
    from server.hub import Hub
    from server.steward import Steward
    from warroom.log.signing import HubKey

    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    doors_here = _doors_here(config, place)
    sockets = [listen() for listen in doors_here.values()]
    hub = Hub(journal, HubKey(place.seed()), release_after=config.release_after)
    crash.reached("start-up")
    await hub.start()
    try:
        await hub.adopt(adopt)
    except BaseException:
        await hub.stop()
        raise
    crash.reached("start-up")
    gateway = Gateway(hub)
    doors = Doors(gateway, place)
    gateway.serve_operator(Steward(hub, doors).act)
    try:
        for sock in sockets:
            await gateway.open_unix(sock)
        url = await doors.open(config)
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(hub.run()),
                tasks.create_task(gateway.watch()),
                tasks.create_task(_stay_reachable(gateway, doors_here)),
            ]
            if config.auto:
                running.append(tasks.create_task(_end_when_idle(hub, doors, config.idle, told)))
            crash.reached("start-up")
            _announce(config, place, url, [*doors_here])
            await told.wait()
            for task in running:
                task.cancel()
    finally:
        # Before nobody listens any more: a client that finds both gone takes it for no accident.
        place.withdraw()
        await gateway.drain()


def _doors_here(config: Config, place: Place) -> dict[Path, Callable[[], socket.socket]]:
    """The Unix sockets of this hub, and how to listen on each."""
    doors: dict[Path, Callable[[], socket.socket]] = {place.socket: place.listen}
    if config.group is not None:
        path = config.group_socket or place.group_socket(config.group)
        doors[path] = functools.partial(place.listen_to_group, path, config.group)
    return doors


async def _stay_reachable(
    gateway: "Gateway", doors_here: Mapping[Path, Callable[[], socket.socket]]
) -> NoReturn:
    """Listen anew if a socket's file is gone: cleaners of temporary folders remove it."""
    while True:
        await asyncio.sleep(SOCKET_LOOK)
        for path, listen in doors_here.items():
            if path.is_socket():
                continue
            try:
                await gateway.open_unix(listen())
                _logger.warning("the socket %s was removed by someone; it is there again", path)
            except PlaceRefused as refused:
                _logger.error("the socket was removed by someone: %s", refused)


async def _end_when_idle(hub: "Hub", doors: "Doors", seconds: float, told: asyncio.Event) -> None:
    """Set `told` once nobody has been there for so long and nothing is to fall due.

    A hub with a port for others is never idle: they could not start it again.
    """
    since = monotonic()
    while monotonic() - since < seconds:
        await asyncio.sleep(min(seconds / 4, 1.0))
        if hub.sessions or hub.pending or doors.are_open:
            since = monotonic()
    _logger.info("nobody is here and nothing is to fall due: the hub ends")
    told.set()


def _announce(config: Config, place: Place, url: str | None, paths: Sequence[Path]) -> None:
    running = Running(
        pid=os.getpid(),
        socket=str(place.socket),
        url=url,
        version=__version__,
        auto=config.auto,
    )
    place.announce(running)
    where = [*map(str, paths), *([] if url is None else [url])]
    _logger.info("the hub is ready on %s", " and ".join(where))
    _say(config, event="ready", url=url, socket=running.socket, pid=running.pid)


def _say(config: Config, **what: object) -> None:
    """One line on standard output for the program that started the hub, if it still listens."""
    if config.json:
        with contextlib.suppress(OSError):
            os.write(sys.stdout.fileno(), json.dumps(what).encode() + b"\n")


def _done(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0


def _fail(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


def _log_to(place: Place, config: Config) -> None:
    """Log to standard error, or to a file if the client that started the hub will not read it."""
    handler: logging.Handler = logging.StreamHandler()
    if config.auto:
        handler = logging.handlers.RotatingFileHandler(
            place.log_file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], format="%(asctime)s %(levelname)s %(message)s"
    )
    for library in ("websockets", "alembic"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # It warns of every write to a line that is gone, and a peer can cause hundreds of them.
    logging.getLogger("asyncio").setLevel(logging.ERROR)


def _allow_many_files() -> None:
    """One connection takes one open file, and many systems allow only 1,024 unless asked."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
