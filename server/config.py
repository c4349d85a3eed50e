"""The settings of a hub process: from its flags, then the environment, then the default."""

import argparse
import contextlib
import grp
import ipaddress
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from warroom import __version__
from warroom.place import data_folder

IDLE_SECONDS = 300.0
RELEASE_SECONDS = 600.0


class Address(Struct, frozen=True):
    """A TCP address on this machine. Port 0 is any free one."""

    host: str
    port: int


class Config(Struct, frozen=True, kw_only=True):
    """How one hub process runs. Times are in seconds; `idle` counts only for `auto`.

    `adopt` are files to take in first; with `backup` or `restore` it does that alone, and ends.

    `encrypted`: TLS on the port, with the certificate and key of the files, or with one that the
    hub makes for itself. `group` is let in through a Unix socket of its own, at `group_socket` if
    that is chosen.
    """

    data: Path
    bind: Address | None = None
    encrypted: bool = False
    certificate: Path | None = None
    key: Path | None = None
    json: bool = False
    auto: bool = False
    idle: float = IDLE_SECONDS
    release_after: float = RELEASE_SECONDS
    adopt: tuple[Path, ...] = ()
    backup: Path | None = None
    restore: Path | None = None
    force: bool = False
    group: int | None = None
    group_socket: Path | None = None


def parse(arguments: Sequence[str], env: Mapping[str, str]) -> Config:
    """The settings. A usage error says what is wrong on standard error and exits with 2."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.auto and given.bind is not None:
        parser.error("--auto and --bind do not go together: a hub with a TCP port is never idle")
    if given.auto and given.socket_group is not None:
        parser.error("--auto and --socket-group do not go together: others could not start it")
    if given.socket_path is not None and given.socket_group is None:
        parser.error("--socket-path is of the socket that --socket-group makes")
    encrypted = _encrypted(parser, given)
    if given.bind is not None and not encrypted and not is_loopback(given.bind.host):
        parser.error(
            f"{given.bind.host} is not this machine alone: beyond it there is no plain text; add "
            "--tls-self-signed, or --tls-cert FILE --tls-key FILE"
        )
    return Config(
        data=data_folder(env) if given.data is None else given.data.absolute(),
        bind=given.bind,
        encrypted=encrypted,
        certificate=given.tls_cert,
        key=given.tls_key,
        json=given.json,
        auto=given.auto,
        idle=given.idle,
        release_after=given.release_after,
        adopt=tuple(path.absolute() for path in given.adopt),
        backup=given.backup and given.backup.absolute(),
        restore=given.restore and given.restore.absolute(),
        force=given.force,
        group=given.socket_group,
        group_socket=given.socket_path and given.socket_path.absolute(),
    )


def address(text: str) -> Address:
    """The address that `HOST:PORT` means. Raises `argparse.ArgumentTypeError`."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not colon or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no address; give one like 127.0.0.1:8750")
    return Address(host, int(port))


def group(text: str) -> int:
    """The id of a Unix group. Raises `argparse.ArgumentTypeError`."""
    try:
        return int(text) if text.isdecimal() else grp.getgrnam(text).gr_gid
    except KeyError:
        raise argparse.ArgumentTypeError(f"this machine has no group {text!r}") from None


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _encrypted(parser: argparse.ArgumentParser, given: argparse.Namespace) -> bool:
    """Whether TLS is asked for, and in one way only."""
    if (given.tls_cert is None) != (given.tls_key is None):
        parser.error("--tls-cert and --tls-key go together")
    if given.tls_self_signed and given.tls_cert is not None:
        parser.error("--tls-self-signed and --tls-cert do not go together")
    encrypted = given.tls_self_signed or given.tls_cert is not None
    if encrypted and given.bind is None:
        parser.error("TLS is for a port: say which with --bind ADDRESS:PORT")
    return bool(encrypted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="warroom serve", description="Run the hub of a war room on this machine."
    )
    parser.add_argument("--version", action="version", version=f"warroom {__version__}")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the data folder (default: WARROOM_DATA)"
    )
    parser.add_argument(
        "--bind",
        type=address,
        metavar="ADDRESS:PORT",
        help="listen on a TCP port too; beyond this machine only with TLS",
    )
    parser.add_argument(
        "--tls-self-signed",
        action="store_true",
        help="TLS with a certificate that the hub makes; invites carry its digest",
    )
    parser.add_argument(
        "--tls-cert",
        type=Path,
        metavar="FILE",
        help="TLS with this certificate chain, PEM; renewed, it is taken without a restart",
    )
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="the certificate's key, PEM")
    parser.add_argument(
        "--socket-group",
        type=group,
        metavar="GROUP",
        help="let a Unix group of this machine in, each as the user who they are",
    )
    parser.add_argument(
        "--socket-path",
        type=Path,
        metavar="FILE",
        help="where the group finds its socket (the hub says where it is)",
    )
    parser.add_argument(
        "--json", action="store_true", help="say on standard output when it is ready, in JSON"
    )
    parser.add_argument(
        "--auto", action="store_true", help="end when idle: for the client that starts it"
    )
    parser.add_argument(
        "--idle",
        type=_seconds,
        default=IDLE_SECONDS,
        metavar="SECONDS",
        help="with --auto, end after so long without anyone (default: %(default)g)",
    )
    parser.add_argument(
        "--release-after",
        type=_seconds,
        default=RELEASE_SECONDS,
        metavar="SECONDS",
        help="release a recovering room after so long without more of it (default: %(default)g)",
    )
    parser.add_argument(
        "--adopt",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="take in rooms of a hub that is lost, from replicas or exports",
    )
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument("--backup", type=Path, help=argparse.SUPPRESS)
    alone.add_argument("--restore", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--force", action="store_true", help=argparse.SUPPRESS)
    return parser


def _seconds(text: str) -> float:
    """A number of seconds, more than none."""
    with contextlib.suppress(ValueError):
        if 0 < (seconds := float(text)) < float("inf"):
            return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
