"""Lines to words: what was said, before anyone asks what it means."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from msgspec import Struct

from warroom.text import visible
from warroom.words.guesses import INSTEAD, KEYS
from warroom.words.marks import NO_MARKS, Marks, take_marks, unread
from warroom.words.misread import UnknownWord
from warroom.words.table import POST, WORDS, Word, find

_SAID_BY = re.compile(r"\s*@([^\W_][\w.\-]{0,23}):(?:\s+|\Z)")


class Said(Struct, frozen=True, omit_defaults=True):
    """A line taken apart: the word's name, what follows it, and who said it by their handle.

    `unread` says what in the end of its text looks like a mark and is none.
    """

    word: str
    rest: str = ""
    said_by: str | None = None
    marks: Marks = Marks()
    unread: str = ""


def read_line(line: str) -> Said:
    """What a line of the composer says; plain text is a post. Raises `Misread`.

    A said-by stands before the word or right after it. A word there is not raises
    `UnknownWord`, so that the caller may post the line as it is.
    """
    line = visible(line)
    said_by, text = _said_by(line)
    command = text.strip()
    if not command.startswith("/"):
        return _said(POST, text, said_by)
    name, *after = re.split(r"\s+", command[1:], maxsplit=1)
    word = find(name)
    if word is None:
        raise _unknown(name)
    rest = "".join(after)
    if said_by is None:
        said_by, rest = _said_by(rest)
    return _said(word, rest, said_by)


def read_arguments(
    name: str,
    arguments: Sequence[str],
    *,
    said_by: str | None = None,
    marks: Marks = NO_MARKS,
    typed: bool = True,
) -> Said:
    """What a headless command says: a word by its full name, its arguments, its options.

    A said-by before them and trailing marks count in the arguments too; given both ways, the
    option has it. Of a text that nobody `typed` the beginning says nothing.
    """
    word = find(name, short=False)
    if word is None:
        raise _unknown(name)
    text = visible(" ".join(arguments))
    if said_by is None and typed:
        said_by, text = _said_by(text)
    said = _said(word, text, said_by and said_by.removeprefix("@"))
    both = Marks(
        at=marks.at or said.marks.at,
        due=marks.due or said.marks.due,
        risk=marks.risk or said.marks.risk,
    )
    return Said(said.word, said.rest, said.said_by, both, said.unread)


def _said(word: Word, text: str, said_by: str | None) -> Said:
    rest, marks = take_marks(text, word.marks)
    left = unread(rest, word.marks)
    return Said(word.name, _without_blank_edges(rest), said_by, marks, left)


def _said_by(text: str) -> tuple[str | None, str]:
    found = _SAID_BY.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)


def _without_blank_edges(text: str) -> str:
    """The text without empty lines before it and blanks after it; an indent stays in a block."""
    text = re.sub(r"\A(?:[^\S\n]*\n)+", "", text.rstrip())
    return text if "\n" in text else text.strip()


def _unknown(name: str) -> UnknownWord:
    if not name:
        return UnknownWord("say which word: tab takes the one that is marked, F1 explains them all")
    guess = name.casefold()
    if (instead := INSTEAD.get(guess)) is not None:
        meant = instead.removeprefix("/").split(" ")[0]
        return UnknownWord(f"there is no word /{name}; {instead} says it", (meant,))
    if (key := KEYS.get(guess)) is not None:
        return UnknownWord(f"there is no word /{name}; {key}")
    nearest = tuple(get_close_matches(guess, [word.name for word in WORDS], n=2))
    hint = (
        f"did you mean {' or '.join('/' + near for near in nearest)}?"
        if nearest
        else ("write /obs TEXT, say, or / alone to see all words")
    )
    return UnknownWord(f"there is no word /{name}; {hint}", nearest)
