"""`warroom`: finds the command, reads its arguments, and turns its end into an exit status.

Nothing but the parser of the one command that runs is built, and nothing heavy is imported
before it does: how long a headless command takes to start is felt.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

from warroom import __version__
from warroom.cli.stop import Exit, Stop
from warroom.text import visible

COMMANDS: dict[str, str] = {
    "demo": "Play a real incident in a room of its own; you can take command.",
    "declare": "Declare an incident; a title is enough.",
    "list": "List the rooms of the hub.",
    "join": "Open a room on the screen; come in with an invite, or through ssh.",
    "tail": "Print the timeline line by line, and follow it with -f.",
    "brief": "Print the whole incident on one screen.",
    "export": "Write a room's log, or a report of it.",
    "verify": "Check that an exported log is complete and unaltered; needs no hub.",
    "feed": "Print what was published to your audience.",
    "raci": "Print who may do what.",
    "config": "Show the settings, and where each of them comes from.",
    "serve": "Run a hub in the foreground; --adopt FILE takes in rooms of a lost one.",
    "share": "Open this machine's hub for other machines, and invite someone.",
    "invite": "Print an invite: one line that lets someone join from another machine.",
    "invites": "List the invites of this machine's hub.",
    "people": "List who may come in to this machine's hub, and who is here from where.",
    "revoke": "End someone's sessions, or an invite, at once.",
    "audit": "Show the hub's own log: who came in, invites, sessions.",
    "backup": "Write everything that this machine's hub holds into one file.",
    "restore": "Put a backup back; no hub may run meanwhile.",
    "hub": "Say how this machine's hub is, stop it, release a room, or connect to it.",
}
"""Commands that are not words of the room, each in the module of its name."""

_LOBBY = "lobby"
_SPEAK_OF_SETTINGS = frozenset({_LOBBY, "join", "demo", "config", "hub"})
_BEFORE = ("data", "hub", "as_name", "incident", "config", "plain")
"""Options that may stand before the command, too."""


def run() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:], os.environ))


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Run one command; its exit status. Usage errors exit by themselves, with 2."""
    for stream in (sys.stdout, sys.stderr):
        # Anything else would end a command over a character that the terminal cannot show.
        getattr(stream, "reconfigure", _nothing)(errors="backslashreplace")
    try:
        command, options = _parse(arguments)
        _look_at_settings(command, env)
        status: int = command.run(options, env)
        sys.stdout.flush()
    except Stop as stop:
        print(f"warroom: {visible(stop.text)}", file=sys.stderr)
        return stop.status
    except BrokenPipeError:
        # Whoever read our output has enough. Python would complain once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return status


def _look_at_settings(command: ModuleType, env: Mapping[str, str]) -> None:
    """Say what is wrong with the settings, unless the command does, or speaks to a machine."""
    from warroom.cli.settings_files import complaints

    if command.__name__.rpartition(".")[2] not in _SPEAK_OF_SETTINGS:
        for complaint in complaints(env):
            print(f"warroom: {visible(complaint)}", file=sys.stderr)


def _parse(arguments: Sequence[str]) -> tuple[ModuleType, argparse.Namespace]:
    parser = _parser()
    first = parser.parse_args(arguments)
    name = first.command or _LOBBY
    module = _module(name)
    if module is None:
        parser.error(_no_command(name))
    if getattr(module, "TAKES_ALL", False):
        return module, first
    own = argparse.ArgumentParser(
        prog=f"warroom {name}", allow_abbrev=False, formatter_class=_Formatter
    )
    module.configure(own, name)
    own.set_defaults(**{key: value for key in _BEFORE if (value := getattr(first, key))})
    return module, own.parse_intermixed_args(first.arguments, argparse.Namespace(word=name))


def _parser() -> argparse.ArgumentParser:
    from warroom.cli.options import add_config, add_place, add_room

    parser = _Parser(
        prog="warroom",
        usage="warroom [OPTIONS] [COMMAND | WORD] [ARGUMENTS]",
        formatter_class=_Formatter,
        description="A terminal war room for major IT incidents. Alone it opens the lobby.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"warroom {__version__}")
    add_place(parser)
    add_room(parser)
    add_config(parser)
    parser.add_argument("--plain", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("command", nargs="?", help="a command or a word; see below")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


class _Formatter(argparse.RawTextHelpFormatter):
    """Knows how wide the terminal is without `shutil`.

    argparse makes a formatter for every option that is added, and its own would load the archive
    formats of `shutil` for that: 4 ms of every command.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns())

    def _split_lines(self, text: str, width: int) -> list[str]:
        """What is said of a flag."""
        return _wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """A description: its paragraphs, and the forms of a word, a line each."""
        lines = []
        for paragraph in text.split("\n\n"):
            forms = paragraph.splitlines() if paragraph.startswith("  ") else []
            for form in forms:
                parts = _wrapped(_bound(form), width, first="  ", then="      ")
                lines += [part.replace(_BOUND, " ") for part in parts]
            lines += [""] if forms else [*_wrapped(paragraph, width), ""]
        return "\n".join(lines)


_BOUND = "\x00"
"""A blank at which no line is broken."""


def _bound(form: str) -> str:
    """A form of a word, of which no optional part is broken."""
    import re

    return re.sub(r"\[[^]]*\]", lambda part: part[0].replace(" ", _BOUND), form)


def _columns() -> int:
    """How wide a line of help may be; a longer one is hard to read on the widest terminal, too."""
    try:
        width = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        width = 80
    return min(width, 102) - 2


def _wrapped(text: str, width: int, *, first: str = "", then: str = "") -> list[str]:
    """A text in lines that no terminal breaks in mid-word, and no flag at its hyphens."""
    import textwrap

    return textwrap.wrap(
        " ".join(text.split()),
        width,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )


class _Parser(argparse.ArgumentParser):
    """The first parser, whose help lists all commands and words."""

    def format_help(self) -> str:
        from warroom.words.table import WORDS

        words = {word.name: word.help for word in WORDS if word.name not in COMMANDS}
        return (
            f"{super().format_help()}\n{_listed('commands', COMMANDS)}\n"
            f"{_listed('words, in the only open room or the one that -i names', words)}\n"
            "`warroom COMMAND --help` says more about each.\n"
        )


def _listed(title: str, lines: Mapping[str, str]) -> str:
    listed = [
        line
        for name, text in lines.items()
        for line in _wrapped(text, _columns(), first=f"  {name:<10} ", then=" " * 13)
    ]
    return "\n".join([f"{title}:", *listed, ""])


def _module(name: str) -> ModuleType | None:
    if name in COMMANDS or name == _LOBBY:
        return importlib.import_module(f"warroom.cli.{name}")
    from warroom.words.table import find

    return importlib.import_module("warroom.cli.word") if find(name, short=False) else None


def _no_command(name: str) -> str:
    from difflib import get_close_matches

    from warroom.words.guesses import INSTEAD
    from warroom.words.table import WORDS

    if name in INSTEAD:
        from warroom.cli.shell import shell_hint

        return f"there is no command {name!r}; {shell_hint(INSTEAD[name])} says it"
    known = [*COMMANDS, *(word.name for word in WORDS)]
    nearest = get_close_matches(name, known, n=2)
    hint = f"; did you mean {' or '.join(nearest)}?" if nearest else "; see warroom --help"
    return f"there is no command {name!r}{hint}"


def _nothing(**_: str) -> None:
    """What a stream does that cannot be set up, such as one of a test."""
