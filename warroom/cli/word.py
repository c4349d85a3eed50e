"""`warroom post`, `warroom act`, ...: every word of the room, headless.

A word means here what it means in the composer; its trailing marks have twins that need no
quoting.
"""

import argparse
import re
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from msgspec.structs import replace

from warroom.cli.options import (
    add_json,
    add_place,
    add_room,
    ask_room,
    converse,
    text_of,
)
from warroom.cli.record import submit, tell
from warroom.cli.shell import shell_form, shell_hint
from warroom.cli.stop import Exit, Stop
from warroom.client.draft import Draft
from warroom.client.oneshot import Conversation
from warroom.client.replica import Replica
from warroom.clock import new_command_id
from warroom.words.interpret import interpret
from warroom.words.marks import Marks
from warroom.words.misread import Misread
from warroom.words.parse import Said, read_arguments
from warroom.words.table import Mark, find

_COMMAND_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TWINS = {
    Mark.AT: ("--at", "14:01", "when it happened, the twin of ~14:01"),
    Mark.DUE: ("--due", "10m", "when it is due, or for how long, the twin of +10m"),
    Mark.RISK: ("--risk", "high", "how risky it is: low, medium or high, the twin of !high"),
}


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of a word."""
    word = find(name, short=False)
    assert word is not None, name
    parser.description = f"{word.help}\n\n" + "\n".join(
        f"  {shell_form(form)}" for form in word.usage
    )
    parser.add_argument(
        "arguments", nargs="*", metavar="ARGUMENT", help="as in the room; - reads standard input"
    )
    for mark, (flag, example, text) in _TWINS.items():
        if mark in word.marks:
            parser.add_argument(flag, metavar=example, help=text)
    parser.add_argument("--said-by", metavar="@WHO", help="who said it, if you only write it down")
    parser.add_argument(
        "--id",
        type=_command_id,
        metavar="UUID",
        help="the command's id, a UUID of version 7, to repeat it safely",
    )
    add_room(parser)
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Say a word in a room."""
    arguments = [text_of(part) for part in options.arguments]
    marks = Marks(**{mark: getattr(options, mark, None) for mark in Mark})
    try:
        piped = "-" in options.arguments
        said = read_arguments(
            options.word, arguments, said_by=options.said_by, marks=marks, typed=not piped
        )
        if piped:
            said = replace(said, unread="")
        elif said.unread:
            raise Misread(f"{said.unread}; or give the text on standard input: -")
        with converse(options, env, reads=False) as hub:
            replica = hub.open(ask_room(hub, options, env, reads=False).log)
            for id_, draft in _drafts(hub, replica, said, options.id):
                tell(hub, replica, _submit(hub, replica, id_, draft), json=options.json)
    except Misread as misread:
        forms = "".join(f"\n  {shell_form(form)}" for form in misread.usage)
        raise Stop(Exit.USAGE, f"{shell_hint(misread.text)}{forms}") from misread
    return Exit.DONE


def _drafts(
    hub: Conversation, replica: Replica, said: Said, id_: str | None
) -> Sequence[tuple[str, Draft | None]]:
    """What a word asks for, each with its id: the last has the one given, if there is one.

    Where that one is recorded already, nothing is left to ask: read again, `+10m` would mean
    another time, and the hub would refuse the same id for it.
    """
    if id_ is not None and replica.room.seq_of(id_) is not None:
        return [(id_, None)]
    present = partial(_present, hub, replica)
    meant = interpret(said, replica.room, hub.welcome.time, hub.welcome.you.person, present)
    if not isinstance(meant, list):
        raise Misread(f"{said.word} needs its text here; - reads it from standard input")
    if doubt := next((doubt for draft in meant for doubt in draft.doubts), None):
        raise Misread(f"{doubt.why}: write that if you mean it")
    last = id_ or new_command_id()
    return [(_sibling(last, len(meant) - 1 - at), draft) for at, draft in enumerate(meant)]


def _present(hub: Conversation, replica: Replica, handle: str) -> str | None:
    """Whom the hub shows in the room under a handle that its log does not know."""
    hub.meet(replica)
    return replica.present(handle)


def _submit(hub: Conversation, replica: Replica, id_: str, draft: Draft | None) -> int:
    """The number of the entry that a command became, or was already."""
    known = replica.room.seq_of(id_)
    if draft is None or known is not None:
        return known or 0
    hint = f"to repeat it safely, add --id {id_}"
    return submit(hub, replica, id_, draft, hint)


def _sibling(id_: str, distance: int) -> str:
    """The id of a command that goes before the one with this id; itself at distance 0."""
    return str(UUID(int=UUID(id_).int ^ distance))


def _command_id(text: str) -> str:
    if not _COMMAND_ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no UUID of version 7, in lower case")
    return text
