"""The limits of what the hub takes, in words for whoever is over one of them. Pure."""

import re

import msgspec

from warroom.words.misread import Misread

_LIMIT = re.compile(r"length <= (\d+)")
_FIELD = re.compile(r"\$\.(?:decision\.)?(\w+)")
_SHAPES = {"handle": "a handle has letters, digits, dots, - and _, and no blanks: @dee"}


def hold_to_limits(asked: msgspec.Struct) -> None:
    """Hold what is asked against the limits of its type, as the hub will. Raises `Misread`."""
    try:
        msgspec.convert(msgspec.to_builtins(asked), type(asked))
    except msgspec.ValidationError as error:
        raise Misread(_over(str(error))) from None


def _over(error: str) -> str:
    """Which limit it is over. Everything else that types ask for is read so already."""
    field, limit = _FIELD.search(error), _LIMIT.search(error)
    name = field[1] if field else "this"
    if limit is None:
        return _SHAPES.get(name, f"{name} must stand on one line; leave out the line breaks")
    most = "entries" if "array" in error else "characters"
    return f"{name} is too long; write {limit[1]} {most} at most"
