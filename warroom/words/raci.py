"""The table of rights as a RACI document, in Markdown: `docs/raci.md` is what this prints."""

from collections.abc import Iterable, Iterator

from warroom.domain import commands as c
from warroom.domain.commands import Command
from warroom.domain.permissions import IC, REACH, TABLE, WORKING, Right
from warroom.domain.vocabulary import Role, Scope
from warroom.words.table import WORDS

_HEAD = """\
# Who may do what

This page is printed by `warroom raci` from the table that the hub enforces.

## What one is let in for

| scope | opens, exports rooms | restricted ones | reads the feed | writes | declares | for others |
|---|---|---|---|---|---|---|
"""

_LETTERS = """
Nobody but its members, and auditors, knows of a restricted room; whoever opens one is recorded in
the hub's own log, and so is who exports any room, and who is refused something.
A guest is in one room, until their session ends. Stakeholders open no room: they read what was
published to their audience. The person who runs the hub is none of these by running it.
Responders write down what someone else in the room says and decides (`--said-by`), with that one's
rights: that is what a scribe is for, and every entry names both. Two-person rules count both. A
guest can note what others say, and do nothing in their name.

## What one does in a room

R does it. A answers for it: the incident commander, for everything that is done in the room. C is
heard before. I is told: whoever reads the room sees every entry. Rules that look at more than the
role (only the holder releases a role, nobody approves their own text) are not shown here.

"""

_SHORT = {
    Role.INCIDENT_COMMANDER: "IC",
    Role.DEPUTY: "deputy",
    Role.COMMS_LEAD: "comms",
    Role.TECHNICAL_LEAD: "technical",
    Role.SCRIBE: "scribe",
}


def raci() -> str:
    """The document."""
    scopes = (scope for scope in Scope if scope is not Scope.HUB)
    head = (
        "act",
        "word",
        *_SHORT.values(),
        "others who work here",
        "observers, auditors",
        "stakeholders",
        "with no commander",
        "after the close",
    )
    rule = "|---" * len(head) + "|\n"
    scope_rows = "".join(_row(_scope(scope)) for scope in scopes)
    rows = (_row(_act(command, right)) for command, right in TABLE.items())
    return f"{_HEAD}{scope_rows}{_LETTERS}{_row(head)}{rule}{''.join(rows)}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _scope(scope: Scope) -> tuple[str, ...]:
    reach = REACH[scope]
    rooms = ("one" if reach.one else "all") if reach.rooms else "none"
    declares = scope in TABLE[c.Declare].scopes
    return (
        scope,
        rooms,
        ("all" if reach.restricted else "if admitted") if reach.rooms else "none",
        _yes(reach.feed),
        _yes(scope in WORKING),
        _yes(declares),
        _voiced(scope),
    )


def _voiced(scope: Scope) -> str:
    """What a scope may write down as said by someone else."""
    if scope not in WORKING:
        return ""
    return "all, with their rights" if REACH[scope].voices else "notes"


def _act(command: type[Command], right: Right) -> tuple[str, ...]:
    """A command's row: who does it, who answers for it, who is heard, who is told."""
    told = "I" if command is c.PublishUpdate else ""
    return (
        f"`{command.__struct_config__.tag}`",
        ", ".join(_words(command, right)),
        *(_letter(right, role) for role in _SHORT),
        _letter(right, None),
        "I",
        told,
        "anyone who works here" if right.if_vacant else "",
        _yes(right.after_close),
    )


def _words(command: type[Command], right: Right) -> Iterator[str]:
    if Scope.HUB in right.scopes:
        yield "the hub itself"
    if command is c.Declare:
        yield "`declare`"
    yield from (f"`{word.name}`" for word in WORDS if command in word.commands)


def _letter(right: Right, role: Role | None) -> str:
    """What someone in a role, or in none, is to an act."""
    does = not right.scopes.isdisjoint(WORKING) and (not right.roles or role in right.roles)
    if role is IC:
        return "A, R" if does else "A"
    return "R" if does else "C" if right.consults else "I"


def _yes(true: bool) -> str:
    return "yes" if true else ""
