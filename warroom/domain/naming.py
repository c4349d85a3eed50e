"""What people may be called, and when two names read the same. Names are evidence.

Ids say who someone is; a name only says it to people. So a name has nothing in it that cannot be
seen, is none of the words that stand for the house itself, and is marked for everyone where it
reads like the name of someone else who is there.
"""

import unicodedata

from warroom.text import forbidden_in

RESERVED = frozenset(
    {
        *("hub", "system", "warroom", "everyone", "all", "here", "channel", "nobody", "redacted"),
        *("ic", "dep", "cl", "tl", "scribe", "deputy", "comms", "commander"),
        *("incident commander", "comms lead", "technical lead"),
    }
)
"""Names that stand for the house, for everyone, or for whoever holds a role."""

_MEANT = frozenset("()[]<>@#")
"""Signs that mean something where names are shown: `Ana(Kim)` is Ana's word in Kim's hand."""

_BLANKS = frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)))
"""Characters that show nothing, and that Unicode counts among letters, marks and symbols."""

_LOOKALIKES = str.maketrans(
    "".join(
        (
            "авеһіјкмнорѕтухԁԛԝ",
            "αβεηικμνορτυχ",
            "01|",
        )
    ),
    "abehijkmhopstyxdqwabenikmvoptuxoll",
)


def problem(name: str) -> str | None:
    """Why nobody can be called that, in a sentence for them; None if they can."""
    unseen = forbidden_in(name)
    if unseen is not None:
        return f"there is {unseen} in that name"
    for position, char in enumerate(name, 1):
        if _invisible(char):
            return f"there is an invisible character (U+{ord(char):04X}) at position {position}"
        if char in _MEANT:
            return f"{char} cannot stand in a name"
    if not any(map(str.isalnum, name)):
        return "a name needs a letter"
    if likeness(name) in _RESERVED_LIKENESSES:
        return f"{name} is nobody's name here: it stands for something else"
    return None


def likeness(name: str) -> str:
    """What a name reads as: two names with the same likeness cannot be told apart at a glance.

    After compatibility composition (NFKC) and case folding, and with the Cyrillic and Greek letters
    and the digits that look like a Latin letter as that letter. That is a small table, and no
    promise: other scripts have doubles too.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.translate(_LOOKALIKES).split())


def _invisible(char: str) -> bool:
    """Format and control characters, selectors, fillers, and blanks other than the space."""
    category = unicodedata.category(char)
    selects = 0xFE00 <= ord(char) <= 0xFE0F
    blank = category.startswith("Z") and char != " "
    return category in {"Cc", "Cf", "Cn", "Co", "Cs"} or blank or selects or char in _BLANKS


_RESERVED_LIKENESSES = frozenset(map(likeness, RESERVED))
