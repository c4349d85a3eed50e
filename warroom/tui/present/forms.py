"""Which form of a word is being typed.

`words/table.py` has the forms as people read them, `decide D1 worked|failed|reversed [TEXT]`.
Here they are taken apart into slots, so that a line half typed finds the forms it can still
become, and what can stand next.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import accumulate, chain

from msgspec import Struct
from msgspec.structs import replace

from warroom.domain.commands import PersonCommand
from warroom.tui.present.addressed import ROLE_HANDLES
from warroom.words.table import FORMS, Word


class Slot(StrEnum):
    """What can stand at a place of a form."""

    LITERAL = "literal"
    TEXT = "text"
    PERSON = "person"
    ENTRY = "entry"
    DECISION = "D"
    ACTION = "A"
    HYPOTHESIS = "H"
    UPDATE = "U"
    ROLE = "ROLE"
    STATUS = "STATUS"
    MARK = "mark"


class Place(Struct, frozen=True):
    """A place of a form; `words` are the literals that can stand there.

    It can be left out together with what belongs to it, so many places from this one on: 0 if it
    cannot. `[impact high|medium|low]` is one thing, and `high` alone is none.
    """

    slot: Slot
    words: tuple[str, ...] = ()
    skip: int = 0


class Form(Struct, frozen=True):
    """A form: how it is written, what it does, and its places after the word.

    Parts that all have a name come in any order, each once; here `parts` is where they begin.
    """

    text: str
    help: str
    command: type[PersonCommand] | None
    places: tuple[Place, ...]
    parts: tuple[int, ...] = ()

    def follow(self, typed: tuple[str, ...]) -> "Followed | None":
        """Where these tokens lead in the form; None if they are not its beginning."""
        at = self._reach({0: 0})
        for token in typed:
            after: dict[int, int] = {}
            for index, meant in at.items():
                if index == len(self.places) or not _fits(self.places[index], token, typed):
                    continue
                if self.places[index].slot is Slot.TEXT:
                    after[index] = max(after.get(index, 0), meant)
                else:
                    meant += 1
                after[index + 1] = max(after.get(index + 1, 0), meant)
            at = self._reach(after)
        if not at:
            return None
        left = (at.keys() - {len(self.places)}) - set(self._said(typed))
        return Followed(self, tuple(self.places[index] for index in sorted(left)), max(at.values()))

    def _said(self, typed: tuple[str, ...]) -> Iterator[int]:
        """Where the parts begin that are there already."""
        folded = {token.casefold() for token in typed}
        return (index for index in self.parts if self.places[index].words[0] in folded)

    def _reach(self, at: dict[int, int]) -> dict[int, int]:
        """These places and all that can be reached from them by leaving optional ones out."""
        reached = dict(at)
        for index, meant in at.items():
            while index < len(self.places) and self.places[index].skip:
                index += self.places[index].skip
                reached[index] = max(reached.get(index, 0), meant)
        whole = [reached[index] for index in (*self.parts, len(self.places)) if index in reached]
        if whole:
            reached = dict.fromkeys(self.parts, max(whole)) | reached
        return reached


class Followed(Struct, frozen=True):
    """A form that is being typed: what can stand next, and how many tokens are no free text."""

    form: Form
    next: tuple[Place, ...]
    meant: int


_MARK = re.compile(r"[~+!].*|x[0-9]+", re.DOTALL)
_PART = re.compile(r"\[[^]]*\]|\S+")
_ITEM = re.compile(r"([DAHU])[0-9]+", re.IGNORECASE)


def _fits(place: Place, token: str, typed: tuple[str, ...]) -> bool:
    item = _ITEM.fullmatch(token)
    match place.slot:
        case Slot.TEXT:
            # A text that begins with a number of ours means the thing, not its name.
            return not (item and token is typed[0])
        case Slot.LITERAL:
            return token.casefold() in place.words
        case Slot.PERSON:
            return token.startswith("@")
        case Slot.ENTRY:
            return token.removeprefix("#").isdecimal()
        case Slot.ROLE:
            return token.casefold() in ROLE_HANDLES
        case Slot.STATUS:
            return token.isalpha()
        case Slot.MARK:
            return _MARK.fullmatch(token) is not None
        case Slot.DECISION | Slot.ACTION | Slot.HYPOTHESIS | Slot.UPDATE:
            return item is not None and item[1].upper() == place.slot


@cache
def forms(word: Word) -> tuple[Form, ...]:
    """The forms of a word."""
    return tuple(_form(text) for text in word.usage)


def _form(text: str) -> Form:
    help, command = FORMS[text]
    _, _, after = text.partition(" ")
    places = [tuple(_places(part)) for part in _PART.findall(after)]
    named = all(len(first.words) == 1 and first.skip for first, *_ in places)
    starts = accumulate(map(len, places[:-1]), initial=0) if named else ()
    return Form(text, help, command, tuple(chain(*places)), tuple(starts))


def _places(part: str) -> Iterator[Place]:
    """The places of one part of a form, which stands in brackets if it can be left out."""
    places = [_place(token) for token in part.strip("[]").split()]
    if not part.startswith("["):
        yield from places
        return
    slots = (None, *(place.slot for place in places))
    for number, place in enumerate(places):
        more = number > 0 and slots[number] is place.slot is not Slot.LITERAL  # `[#41 #42]`
        yield replace(place, skip=len(places) - number if more or number == 0 else 0)


def _place(token: str) -> Place:
    if token.startswith("@"):
        return Place(Slot.PERSON)
    if token.startswith("#"):
        return Place(Slot.ENTRY)
    if _MARK.fullmatch(token):
        return Place(Slot.MARK)
    if _ITEM.fullmatch(token):
        return Place(Slot(token[0]))
    if token in {Slot.ROLE, Slot.STATUS}:
        return Place(Slot(token))
    words = tuple(token.split("|"))
    if all(word.islower() or word.isdecimal() for word in words) and not token.endswith(":"):
        return Place(Slot.LITERAL, words)
    return Place(Slot.TEXT)


def fitting(word: Word, typed: tuple[str, ...]) -> tuple[Followed, ...]:
    """The forms that these tokens can still become, those that take the fewest for free text."""
    found = [one for form in forms(word) if (one := form.follow(typed)) is not None]
    most = max((one.meant for one in found), default=0)
    return tuple(one for one in found if one.meant == most)
