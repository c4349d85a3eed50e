"""`warroom export`: a room's log as it is, or a report of it."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from warroom.cli.options import add_place, add_room
from warroom.cli.stop import Exit, Stop
from warroom.domain.vocabulary import HUB_LABEL


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `export`."""
    parser.description = (
        "Write a room's log: jsonl is the log itself, which warroom verify checks and a hub can\n"
        "adopt; md is a report for people. `-i hub` is the hub's own log, for the one who runs it."
    )
    parser.add_argument("--format", choices=("jsonl", "md"), default="jsonl")
    parser.add_argument(
        "-o", "--output", default="-", metavar="FILE", help="where to; - is standard output"
    )
    parser.add_argument(
        "--held", action="store_true", help="what this machine has of it; the hub is not asked"
    )
    add_room(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Write a room's log or report."""
    if (options.incident or "").casefold() == HUB_LABEL and options.format == "jsonl":
        _write(options.output, _own_log(options, env))
        return Exit.DONE
    from warroom.cli.held import held_room, read_room

    if options.held:
        replica, time = held_room(options, env)
    else:
        replica, time = read_room(options, env, export=True)
    if options.format == "md":
        from warroom.export.markdown import markdown

        content = markdown(replica.room, time).encode()
    else:
        from warroom.export.jsonl import export_lines

        lines = export_lines(replica.label, replica.log, replica.entries, replica.heads)
        content = b"".join(line + b"\n" for line in lines)
    _write(options.output, content)
    return Exit.DONE


def _own_log(options: argparse.Namespace, env: Mapping[str, str]) -> bytes:
    """The hub's own log, for the one who runs it."""
    from warroom.cli.audit import read_own_log
    from warroom.cli.operator import operating
    from warroom.export.jsonl import export_lines

    with operating(options, env) as hub:
        log, entries, heads = read_own_log(hub, export=True)
    return b"".join(line + b"\n" for line in export_lines(HUB_LABEL, log, entries, heads))


def _write(where: str, content: bytes) -> None:
    """Put it there whole or not at all."""
    if where == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(where)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Stop(Exit.FAILED, f"{path} cannot be written: {error.strerror}") from error
