"""`warroom declare`: opens a room. Nothing but a title is needed."""

import argparse
from collections.abc import Mapping
from datetime import datetime

from warroom.cli.options import add_json, add_place, converse, text_of
from warroom.cli.output import show, show_json
from warroom.cli.record import submit
from warroom.cli.stop import Exit, Stop
from warroom.client.draft import Draft
from warroom.client.replica import Replica
from warroom.clock import new_command_id, new_log_id
from warroom.domain.commands import Declare
from warroom.domain.vocabulary import Level, Severity
from warroom.text import one_line


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `declare`."""
    parser.description = "Declare an incident, and print the label of its room."
    parser.add_argument("title", nargs="+", help="what is wrong; - reads standard input")
    parser.add_argument(
        "--severity", type=_severity, metavar="1..5", help="how severe it is, 1 the worst"
    )
    for what in ("impact", "urgency"):
        parser.add_argument(f"--{what}", type=Level, choices=list(Level), metavar="LEVEL")
    parser.add_argument(
        "--service", action="append", default=[], help="a service it touches; may be repeated"
    )
    parser.add_argument("--bridge", metavar="WHERE", help="where people talk")
    parser.add_argument("--started", metavar="13:40", help="when it began, if that is known")
    parser.add_argument("--at", metavar="14:01", help="when it was declared, if that was not now")
    parser.add_argument(
        "--security",
        action="store_true",
        help="a security incident: restricted, unless --open is given",
    )
    access = parser.add_mutually_exclusive_group()
    access.add_argument(
        "--restricted", action="store_true", help="nobody but whom you admit knows of the room"
    )
    access.add_argument("--open", action="store_true", help="open to all, though it is security")
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Declare an incident."""
    title = one_line(" ".join(map(text_of, options.title)))
    if not title:
        raise Stop(Exit.USAGE, "a title is needed: what is wrong?")
    replica, id_ = Replica(new_log_id()), new_command_id()
    with converse(options, env, reads=False) as hub:
        declare = Declare(
            title=title,
            severity=options.severity,
            impact=options.impact,
            urgency=options.urgency,
            services=tuple(map(one_line, options.service)),
            bridge=options.bridge and one_line(options.bridge),
            security=options.security,
            restricted=options.restricted or (options.security and not options.open),
            started_at=options.started and _moment(options.started, hub.welcome.time),
        )
        declared_at = options.at and _moment(options.at, hub.welcome.time)
        hint = "look with warroom list before you declare it again"
        seq = submit(hub, replica, id_, Draft(declare, occurred_at=declared_at), hint)
        label = hub.open(replica.log).label
    if options.json:
        show_json({"log": replica.log, "label": label, "seq": seq, "id": id_})
    else:
        show([label])
    return Exit.DONE


def _severity(text: str) -> Severity:
    digits = text.upper().removeprefix("SEV")
    try:
        return Severity(f"SEV{digits}")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no severity; use 1 to 5") from None


def _moment(text: str, now: datetime) -> datetime:
    from warroom.words.marks import doubt, occurred
    from warroom.words.misread import Misread

    try:
        moment = occurred(text, now)
    except Misread as misread:
        raise Stop(Exit.USAGE, misread.text) from misread
    if why := doubt(text, now):
        raise Stop(Exit.USAGE, f"{why}: write that if you mean it")
    return moment
