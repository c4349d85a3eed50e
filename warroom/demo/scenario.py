r"""Scenarios: an incident as its people type it, to be played again. Pure.

A scenario is plain text in UTF-8. A line is empty, a comment (`#`), or has its parts between tabs:

    title     DEMO Checkout fails     of the room, before all else
    severity  2                       at the declaration, if it is known
    person    bo                      the handle of someone who is played; the first one declares
    14        bo    /h pool is full   [as pool if report maybe]
    20        wait  command           300

**Acts.** Seconds since the start, who types, and a line as `warroom.words` reads it. In it `\n` is
a new line, `\\` a backslash; `{pool}` is what the act named `pool` became, as one says it (`H1`,
or `#12`), and `{newcomer}` the handle of the real person in the room. Numbers are never written,
for that person may raise hypotheses too. The last part is optional:

    as NAME        what the entry is called from here on
    if NAME        only if that act was recorded; `if commanding`: if the newcomer is in command;
                   `if alone`: if it is only printed, and nobody can type
    unless NAME    only if not
    maybe          may be refused, because the newcomer may have done it already

An act that is refused, or speaks of what is not there, is left out, and the story goes on.

**Waits.** The story stands still, at most for the seconds in the last part, until

    newcomer       the real person is in the room
    command        somebody is in command

and, but only while the newcomer is in command, until

    resolved       service is back
    {NAME}         the decision, action, hypothesis or update stands otherwise than before
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

from warroom.domain.vocabulary import Severity

NEWCOMER = "newcomer"
COMMAND = "command"
RESOLVED = "resolved"
COMMANDING = "commanding"
ALONE = "alone"

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9-]*)\}")

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_HANDLE = re.compile(r"[a-z][a-z0-9]{0,23}")
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES = {"n": "\n", "\\": "\\"}
_RESERVED = frozenset({NEWCOMER, COMMAND, RESOLVED, COMMANDING, ALONE, "wait"})


class BadScenario(Exception):
    """A scenario that cannot be played. The message names the line and says what is wrong."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(f"line {number}: {text}")


class Act(Struct, frozen=True, kw_only=True):
    """Someone types a line at `at` seconds. `number` is its line in the file."""

    number: int
    at: float
    who: str
    line: str
    name: str | None = None
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    maybe: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that the act takes to be there."""
        spoken_of = (name for name in PLACEHOLDER.findall(self.line) if name != NEWCOMER)
        return (*spoken_of, *self.needs, *self.unless)


class Wait(Struct, frozen=True, kw_only=True):
    """The story stands still until something happens, or `longest` seconds are over.

    `wanted` is `newcomer`, `command`, `resolved`, or the name of an act.
    """

    number: int
    at: float
    wanted: str
    longest: float


Step: TypeAlias = Act | Wait


class Scenario(Struct, frozen=True, kw_only=True):
    """A whole scenario. `people` are handles."""

    title: str
    severity: Severity | None
    people: tuple[str, ...]
    steps: tuple[Step, ...]


def parse(text: str) -> Scenario:
    """The scenario that a text holds. Raises `BadScenario`."""
    reader = _Reader()
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            reader.read(number, line)
    for missing in ("title", "person"):
        if missing not in reader.given:
            raise BadScenario(len(lines), f"there is no {missing} in this file")
    return Scenario(
        title=reader.title,
        severity=reader.severity,
        people=tuple(reader.people),
        steps=tuple(reader.steps),
    )


class _Reader:
    """What is read so far: later lines speak of earlier ones."""

    def __init__(self) -> None:
        self.title = ""
        self.severity: Severity | None = None
        self.people: list[str] = []
        self.steps: list[Step] = []
        self.given: set[str] = set()
        self._names: set[str] = set()

    def read(self, number: int, line: str) -> None:
        first, *parts = line.split("\t")
        match first, parts:
            case "title" | "severity" | "person", [value] if value.strip():
                self._head(number, first, value.strip())
            case "title" | "severity" | "person", _:
                raise BadScenario(number, f"{first} takes one value, after a tab")
            case _, ["wait", wanted, longest]:
                self._add(_wait(number, self._time(number, first), wanted, longest))
            case _, ["wait", *_]:
                raise BadScenario(number, "a wait says what for and how long at most: command 300")
            case _, [who, said] | [who, said, _] if said.strip():
                notes = parts[2] if len(parts) > 2 else ""
                self._add(_act(number, self._time(number, first), who, said, notes))
            case _:
                raise BadScenario(number, "write SECONDS, who and a line, with tabs between them")

    def _head(self, number: int, name: str, value: str) -> None:
        if self.steps:
            raise BadScenario(number, f"{name} stands before the first act")
        if name in self.given and name != "person":
            raise BadScenario(number, f"{name} is given twice")
        self.given.add(name)
        match name:
            case "title":
                self.title = value
            case "severity":
                self.severity = _severity(number, value)
            case _:
                self.people.append(_person(number, value, self.people))

    def _time(self, number: int, text: str) -> float:
        try:
            at = float(text)
        except ValueError:
            raise BadScenario(number, f"{text!r} is no number of seconds") from None
        before = self.steps[-1].at if self.steps else 0.0
        if not before <= at < float("inf"):
            raise BadScenario(number, f"{text} s does not follow {before:g} s")
        return at

    def _add(self, step: Step) -> None:
        names = step.names if isinstance(step, Act) else (step.wanted,)
        if isinstance(step, Act) and step.who not in self.people:
            raise BadScenario(step.number, f"{step.who} is no person of this file")
        unknown = next((name for name in names if name not in self._names | _RESERVED), None)
        if unknown is not None:
            raise BadScenario(step.number, f"nothing before this line is called {unknown}")
        if isinstance(step, Act) and step.name is not None:
            if step.name in self._names:
                raise BadScenario(step.number, f"{step.name} is the name of an earlier act")
            self._names.add(step.name)
        self.steps.append(step)


def _severity(number: int, value: str) -> Severity:
    try:
        return Severity(f"SEV{value}")
    except ValueError:
        raise BadScenario(number, f"{value!r} is no severity; write 1 to 5") from None


def _person(number: int, value: str, known: Iterable[str]) -> str:
    if not _HANDLE.fullmatch(value) or value in _RESERVED:
        raise BadScenario(number, f"{value!r} is no handle; write lower-case letters, bo say")
    if value in known:
        raise BadScenario(number, f"{value} is there already")
    return value


def _wait(number: int, at: float, wanted: str, longest: str) -> Wait:
    named = PLACEHOLDER.fullmatch(wanted)
    if named is None and wanted not in {NEWCOMER, COMMAND, RESOLVED}:
        raise BadScenario(
            number, f"one waits for newcomer, command, resolved or {{name}}: {wanted}"
        )
    if not longest.isdecimal():
        raise BadScenario(number, f"{longest!r} is no number of seconds")
    return Wait(number=number, at=at, wanted=named[1] if named else wanted, longest=int(longest))


def _act(number: int, at: float, who: str, said: str, notes: str) -> Act:
    name: str | None = None
    conditions: dict[str, list[str]] = {"if": [], "unless": []}
    maybe = False
    tokens = iter(notes.split())
    for token in tokens:
        match token:
            case "maybe":
                maybe = True
            case "as" if name is None:
                name = _name(number, token, next(tokens, ""))
                if name in _RESERVED:
                    raise BadScenario(number, f"{name} means something else already")
            case "if" | "unless":
                conditions[token].append(_name(number, token, next(tokens, "")))
            case _:
                raise BadScenario(number, f"{token!r} is none of as, if, unless, maybe")
    return Act(
        number=number,
        at=at,
        who=who,
        line=_ESCAPE.sub(lambda found: _unescaped(number, found[1]), said),
        name=name,
        needs=tuple(conditions["if"]),
        unless=tuple(conditions["unless"]),
        maybe=maybe,
    )


def _name(number: int, before: str, text: str) -> str:
    if not _NAME.fullmatch(text):
        raise BadScenario(number, f"{before} takes a name in lower case, not {text!r}")
    return text


def _unescaped(number: int, char: str) -> str:
    if char not in _ESCAPES:
        raise BadScenario(number, f"\\{char} is no escape; there are \\n and \\\\")
    return _ESCAPES[char]
