"""What is said of the composer, as it is written in a shell.

There a `#` begins a comment, `;` and `|` end a command, and `!` asks the history; so the numbers
of entries stand bare, marks have their twins, and long texts stand in quotes.
"""

import re

from warroom.words.table import find

_TWINS = {
    "[~14:01]": "[--at 14:01]",
    "[~04:31]": "[--at 04:31]",
    "[+10m]": "[--due 10m]",
    "[+20m]": "[--due 20m]",
    "[+30s]": "[--due 30s]",
    "[!high]": "[--risk high]",
    "[#41 #42]": "['#41' '#42']",
}
_ENTRY = re.compile(r"(?<!')#(?=\d)")
_PARTS = re.compile(r"TEXT because:.*")
_COMMAND = re.compile(r"(?<![\w/.])/([a-z]+)\b(?! ?/)( #(?=\d))?")


def shell_form(form: str) -> str:
    """A form of a word: `amend #41 TEXT` is `warroom amend 41 TEXT`."""
    for mark, twin in _TWINS.items():
        form = form.replace(mark, twin)
    form = _PARTS.sub(lambda parts: f'"{parts[0]}"', form)
    return f"warroom {_ENTRY.sub('', form)}"


def shell_hint(text: str) -> str:
    """A sentence that names lines of the composer: `/x D2` is `warroom object D2`."""
    return _COMMAND.sub(_said_here, text)


def _said_here(found: re.Match[str]) -> str:
    word = find(found[1])
    if word is None:
        return found[0]
    return f"warroom {word.name}{' ' if found[2] else ''}"
