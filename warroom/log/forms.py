"""The forms that fields of the record have, and how a check speaks of entries."""

import re
from collections.abc import Mapping
from typing import Any

HASH = re.compile("[0-9a-f]{64}")
LOG = re.compile("[0-9a-f]{32}")


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
