"""`warroom verify`: is an exported log complete and unaltered. Needs no hub."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from warroom.cli.options import add_json
from warroom.cli.output import say, show, show_json
from warroom.cli.stop import Exit, Stop
from warroom.log.seen import heads_in
from warroom.log.signing import SignedHead
from warroom.log.verify import Verdict, verify


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `verify`."""
    parser.description = "Check that an exported log is complete, unaltered and signed."
    parser.add_argument("file", help="an export in JSON Lines; - is standard input")
    parser.add_argument(
        "--key", action="append", metavar="HEX", help="a hub's public key to trust; may be repeated"
    )
    parser.add_argument(
        "--seen",
        metavar="FILE",
        help="a replica or an earlier export: the log must hold what its hub had signed there",
    )
    add_json(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Check a log: 0 if it is whole, 1 if not."""
    trusted = None if options.key is None else frozenset(options.key)
    data = _read(options.file)
    verdict = verify(data, trusted, _seen(options.seen, data))
    if options.json:
        show_json({"whole": verdict.whole, **_fields(verdict)})
    else:
        show(_lines(verdict))
        for note in verdict.notes:
            say(f"note: {note.text}")
    return Exit.DONE if verdict.whole else Exit.FAILED


def _seen(where: str | None, data: bytes) -> tuple[SignedHead, ...]:
    """The signed heads of the same log in another file. Raises `Stop` if there are none."""
    if where is None:
        return ()
    heads = heads_in(_read(where))
    logs = {head.log for head in heads_in(data)}
    seen = tuple(head for head in heads if head.log in logs)
    if not seen:
        what = "none of this log" if heads else "none"
        raise Stop(Exit.FAILED, f"{where} should hold signed heads, and holds {what}")
    return seen


def _read(where: str) -> bytes:
    if where == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(where).read_bytes()
    except FileNotFoundError as error:
        raise Stop(Exit.NOT_FOUND, f"there is no file {where}") from error
    except OSError as error:
        raise Stop(Exit.FAILED, f"{where} cannot be read: {error.strerror}") from error


def _lines(verdict: Verdict) -> Iterator[str]:
    for problem in verdict.problems:
        yield problem.text
    if verdict.whole:
        yield f"{verdict.label}: {verdict.entries} entries, whole, signed up to #{verdict.signed}"
        yield f"key {verdict.key}"
        for key in verdict.adopted_by:
            yield f"then adopted under key {key}"
    else:
        found = len(verdict.problems)
        problems = "1 problem" if found == 1 else f"{found} problems"
        yield f"{verdict.label or 'this file'}: not whole, {problems}"


def _fields(verdict: Verdict) -> dict[str, object]:
    return {name: getattr(verdict, name) for name in verdict.__struct_fields__}
