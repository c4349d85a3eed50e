"""What the commands that open the screen have in common."""

import argparse
import gc
import sys
from collections.abc import Mapping

from warroom.cli.options import hub_names, store, target
from warroom.cli.output import show
from warroom.cli.stop import Exit, Stop
from warroom.client.credentials import LOCAL
from warroom.client.local import NoHub, find_or_start
from warroom.client.store import Store
from warroom.client.target import Target
from warroom.client.wire import LineLost, dial_ssh

COLLECT_AFTER = (10_000, 20, 20)
"""How much may be allocated before Python looks for garbage, by generation. Its own values suit
small heaps: importing the screens, and opening a long room, it would look through all of it again
and again."""


def check_terminal(options: argparse.Namespace, env: Mapping[str, str]) -> None:
    """Raise `Stop` where no screen can be drawn, and say what serves instead."""
    why = ""
    if options.plain:
        why = "there is no plain screen"
    elif env.get("TERM", "dumb") in {"", "dumb"}:
        why = "this terminal draws no screens (TERM is dumb)"
    elif not (sys.stdin.isatty() and sys.stdout.isatty()):
        why = "the screen needs a terminal"
    if why:
        room = f" -i {options.incident}" if getattr(options, "incident", None) else ""
        text = f"{why}; the same, line by line: warroom tail{room} --follow"
        raise Stop(Exit.USAGE, text)


def choose_hub(options: argparse.Namespace, env: Mapping[str, str]) -> None:
    """Where several hubs could be meant, ask which; it stands in `options.hub` then."""
    if options.hub or options.data is not None or env.get("WARROOM_HUB"):
        return
    names = hub_names(env)
    if len(names) < 2:
        return
    show(["Several hubs are known here:", *map(_numbered, enumerate(names, 1))])
    try:
        answer = input("which one? ").strip()
    except EOFError:
        answer = ""
    chosen = dict(zip(map(str, range(1, len(names) + 1)), names, strict=True)).get(answer, answer)
    if chosen not in names:
        raise Stop(Exit.USAGE, "no hub was chosen; name one with --hub")
    options.hub = chosen


def _numbered(named: tuple[int, str]) -> str:
    number, name = named
    return f"  {number}  {name}{'  (this machine)' if name == LOCAL else ''}"


def screen_target(options: argparse.Namespace, env: Mapping[str, str]) -> Target:
    """The hub to show; this machine's is started if none runs.

    If that fails, its rooms are still shown, as far as this machine holds them.
    """
    where = target(options, env)
    try:
        if where.ssh is not None:
            # What ssh wants to know it asks now: once a screen stands, it cannot.
            dial_ssh(where).close()
        elif where.data is not None:
            find_or_start(where.data, env)
    except (NoHub, LineLost) as problem:
        if store(options, env).known(where, options.as_name) is None:
            raise Stop(Exit.UNREACHABLE, str(problem)) from problem
    return where


def open_screen(
    where: Target,
    options: argparse.Namespace,
    env: Mapping[str, str],
    room: str | None,
    *,
    observer: bool = False,
    kept: Store | None = None,
) -> int:
    """Run the screen until it is left; the exit status. `room` is a label or a log id."""
    gc.set_threshold(*COLLECT_AFTER)
    gc.disable()  # until the first frame: what is imported and built for it stays
    from warroom.cli.settings import preferences
    from warroom.tui.app import run_app

    mine = preferences(options, env)
    return run_app(where, options.as_name, room, observer, preferences=mine, store=kept)
