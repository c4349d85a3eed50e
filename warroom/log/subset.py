"""Strict reading: JSON that is canonical, and of the subset that the record is written in.

`docs/log-format.md` gives the rules; RFC 8785 gives the same bytes for every value they allow.
"""

from typing import Any

import msgspec

from warroom.log.entry import DEEPEST, Malformed

LARGEST = 2**53 - 1
"""Integers go from -LARGEST to LARGEST: what every JSON reader keeps exactly (RFC 8785)."""


def read_strictly(line: bytes) -> dict[str, Any]:
    """The object that a line holds. Raises `Malformed` if it is none, or outside the subset."""
    try:
        value = msgspec.json.decode(line)
    except ValueError as error:
        raise Malformed("it is not JSON in UTF-8") from error
    except RecursionError as error:
        raise Malformed(_TOO_DEEP) from error
    if not isinstance(value, dict):
        raise Malformed("it is not a JSON object")
    _check_subset(value)
    return value


_TOO_DEEP = f"it is nested more than {DEEPEST} deep"


def _check_subset(line: dict[str, Any]) -> None:
    todo: list[tuple[Any, int]] = [(line, 1)]
    while todo:
        value, depth = todo.pop()
        match value:
            case dict() | list() if depth > DEEPEST:
                raise Malformed(_TOO_DEEP)
            case dict():
                if not all(key.isascii() for key in value):
                    raise Malformed("it has a key that is not ASCII")
                todo.extend((part, depth + 1) for part in value.values())
            case list():
                todo.extend((part, depth + 1) for part in value)
            case float():
                raise Malformed("it has a number that is not an integer")
            case int() if not -LARGEST <= value <= LARGEST:
                raise Malformed("it has an integer beyond 2^53 - 1")
