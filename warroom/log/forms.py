"""The forms that fields of the record have, and how a check speaks of entries."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from warroom.log.entry import FORMAT, Entry

HASH = re.compile("[0-9a-f]{64}")
_LOG = re.compile("[0-9a-f]{32}")
_HEADER_FORMS = {"log": _LOG, "prev": HASH, "body": HASH}
_ENTRY_FIELDS = {"body", "header", "type"}
_BODY_FIELDS = {"salt", "words"}
_LEFT_OUT_IF_EMPTY = ("role", "said_by", "refs", "body")
_NOT_FACTS = ("kind", "words")


def entry_faults(value: dict[str, Any], entry: Entry) -> Iterator[str]:
    """What is not as it should be in the line of an entry, seen alone; `value` is what it holds."""
    header, body, seq = value["header"], value["body"], entry.seq
    if value.keys() != _ENTRY_FIELDS or (body and body.keys() != _BODY_FIELDS):
        yield f"Entry {seq} has something beside its header and its words."
    if entry.header.v != FORMAT:
        yield f"Entry {seq} is of format {entry.header.v}; this program reads format {FORMAT}."
    if field := misshapen(header, _HEADER_FORMS):
        yield f"Entry {seq} has a {field} that is not of its form."
    for field in _LEFT_OUT_IF_EMPTY:
        if field in header and header[field] in (None, [], ""):
            yield f"Entry {seq} has an empty {field}, which is left out."
    for field in _NOT_FACTS:
        if field in header["facts"]:
            yield f"Entry {seq} has {field} among its facts."


def misshapen(fields: dict[str, Any], forms: Mapping[str, re.Pattern[str]]) -> str | None:
    """The first field that is there and not of the form asked for."""
    for field, form in forms.items():
        value = fields.get(field)
        if value is not None and not form.fullmatch(value):
            return field
    return None


def entries_are(first: int, last: int) -> str:
    """The beginning of a sentence about some entries: `Entries 3 to 5 are`."""
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
