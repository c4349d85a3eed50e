"""The table of kinds in `docs/log-format.md`, made from the events themselves.

`python -m tests.data.golden.kinds` prints it.
"""

from collections.abc import Iterator
from enum import Enum

from msgspec import inspect

from warroom.domain.events import Policy
from warroom.log.entry import EVENT_TYPES


def table() -> str:
    """A row for each kind: its facts and its words, a question mark where one may be absent."""
    rows = "\n".join(_row(kind) for kind in EVENT_TYPES)
    return f"| kind | facts | words |\n|---|---|---|\n{rows}\n"


def enumerations() -> str:
    """A row for each closed set of values that facts use."""
    found = {cls.__name__: cls for cls in _enumerations()}
    rows = "\n".join(
        f"| {name} | {', '.join(f'`{member.value}`' for member in found[name])} |"
        for name in sorted(found)
    )
    return f"| name | values |\n|---|---|\n{rows}\n"


def _row(kind: str) -> str:
    facts, words = [], "none"
    for field in _struct(inspect.type_info(EVENT_TYPES[kind])).fields:
        if field.name == "words":
            words = ", ".join(_field(part) for part in _struct(_present(field.type)).fields)
        elif field.name != "occurred_at":
            facts.append(_field(field))
    return f"| `{kind}` | {', '.join(facts) or 'none'} | {words} |"


def _field(field: inspect.Field) -> str:
    mark = "" if field.required else "?"
    return f"`{field.encode_name}`{mark} {_name(_present(field.type))}"


def _name(kind: inspect.Type) -> str:
    match kind:
        case inspect.StrType():
            return "text"
        case inspect.IntType():
            return "integer"
        case inspect.BoolType():
            return "boolean"
        case inspect.DateTimeType():
            return "time"
        case inspect.EnumType(cls=cls) | inspect.StructType(cls=cls):
            return str(cls.__name__)
        case inspect.VarTupleType(item_type=item):
            return f"list of {_name(item)}"
        case _:
            raise TypeError(f"the table has no name for {kind}")


def _present(kind: inspect.Type) -> inspect.Type:
    """The type of a field where it is not None."""
    if isinstance(kind, inspect.UnionType):
        (kind,) = (part for part in kind.types if not isinstance(part, inspect.NoneType))
    return kind


def _struct(kind: inspect.Type) -> inspect.StructType:
    assert isinstance(kind, inspect.StructType)
    return kind


def _enumerations() -> Iterator[type[Enum]]:
    for cls in (*EVENT_TYPES.values(), Policy):
        for field in _struct(inspect.type_info(cls)).fields:
            kind = _present(field.type)
            if isinstance(kind, inspect.VarTupleType):
                kind = kind.item_type
            if isinstance(kind, inspect.EnumType):
                yield kind.cls


if __name__ == "__main__":
    print(table(), enumerations(), sep="\n")  # noqa: T201
