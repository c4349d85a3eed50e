"""What could be meant by what stands before the cursor: words, their forms, people."""

import re

from msgspec import Struct

from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Scope
from warroom.text import one_line
from warroom.words.table import WORDS, Word, find, may, who_may

CHOICES = 8
"""How many choices a list shows at once."""

_WORD = re.compile(r"/(\S*)")
_PERSON = re.compile(r"(?:(?<=\s)|\A)@([\w.\-]*)\Z")


class Choice(Struct, frozen=True):
    """One thing to take: what it inserts, what it says of itself, and whether it may be used."""

    insert: str
    name: str
    help: str
    may: bool = True


class Completion(Struct, frozen=True):
    """Choices that replace the text from `start` on, or how a word is used."""

    choices: tuple[Choice, ...] = ()
    start: int = 0
    usage: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.choices or self.usage)


NOTHING = Completion()


def complete(text: str, room: Transcript, me: str, scope: Scope) -> Completion:
    """What could follow, for a text that the cursor ends. Nothing for plain text."""
    person = _PERSON.search(text)
    if person is not None:
        return _people(person[1], person.start(), room)
    if "\n" in text or not text.startswith("/"):
        return NOTHING
    typed = _WORD.match(text)
    name = typed[1] if typed else ""
    if typed is not None and typed.end() == len(text):
        return _words(name, room, me, scope)
    word = find(name)
    return NOTHING if word is None else Completion(usage=usage(word))


def usage(word: Word) -> tuple[str, ...]:
    """How a word is used: one line of help with who may, then its forms."""
    return (f"{word.help}  ({who(word)})", *(f"/{form}" for form in word.usage))


def who(word: Word) -> str:
    """Who may use a word, as short as it can be said."""
    return who_may(word) if len(who_may(word)) <= 60 else "by role"


def _words(typed: str, room: Transcript, me: str, scope: Scope) -> Completion:
    """Words that begin so, a short form that is meant exactly first."""
    typed = typed.casefold()
    found = [word for word in WORDS if word.name.startswith(typed) or word.short == typed]
    found.sort(key=lambda word: (word.short != typed, WORDS.index(word)))
    return Completion(
        tuple(
            Choice(
                insert=f"/{word.name} ",
                name=f"/{word.name}" + (f" /{word.short}" if word.short else ""),
                help=word.help,
                may=may(word, room.incident, me, scope),
            )
            for word in found
        )
    )


def _people(typed: str, start: int, room: Transcript) -> Completion:
    typed = typed.casefold()
    people = room.incident.people
    found = [
        Choice(f"@{handle} ", f"@{handle}", one_line(room.names.name(person)))
        for person, handle in room.names.handles.items()
        if person in people and handle.casefold().startswith(typed)
    ]
    return Completion(tuple(found), start)
