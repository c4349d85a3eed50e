"""Help: every word and every key, from the tables that make them work."""

from warroom.tui.keymap import DEBRIEF, Keymap, Where
from warroom.tui.present.pieces import Piece, Pieces, Tone
from warroom.words.meant import MEANT
from warroom.words.table import FORMS, WORDS, Word, who_may

_KEY = 22
_STEP = 14
"""Cells of the columns in which keys and first lines stand."""


def lines(keymap: Keymap | None = None, *, lobby: bool = False) -> list[Pieces]:
    """How an incident begins; the words with forms, examples and who may; then the keys by where
    they work.

    In the lobby its own keys come first, for there is no room yet in which words count.
    """
    keymap = keymap or Keymap()
    first = [Where.LOBBY] if lobby else []
    words = [line for word in WORDS for line in _word(word)]
    rest = [where for where in Where if where not in first]
    before = [*_keys(keymap, first), *_first_minutes(keymap), *_intro()]
    return [*before, *words, *_marks(), *_keys(keymap, rest)]


def _first_minutes(keymap: Keymap) -> list[Pieces]:
    steps = (
        ("/r ic", "Take command, and say so on the bridge; you can hand it over."),
        ("p99 is 4 s", "Say what you see: text and enter; /v 1 WHY says how bad it is."),
        ("/r tl @bo", "Name who looks for the cause; /r cl @dee, who tells others."),
        ("/u customers", "Tell them soon that you know, and when they hear more."),
        ("/p roll back", "Decide out loud: propose, hear strong objections, then /d D1."),
        (keymap.first(DEBRIEF), "At the end: what is still missing, and the log to take along."),
    )
    return [
        (Piece("The first five minutes", Tone.ACCENT),),
        *((Piece(said.ljust(_STEP), Tone.STRONG), Piece(why)) for said, why in steps),
        (Piece(""),),
    ]


def _intro() -> list[Pieces]:
    return [
        (Piece("Words, in a room", Tone.ACCENT),),
        (Piece("Plain text is a note. Everything else is a word after a slash, then enter."),),
        (Piece("@bo: TEXT records what Bo said; it works after any word, too."),),
        (
            Piece(
                "Without the hub, notes, observations, new hypotheses, corrections and drafts wait "
                "on this machine and go out once it is back; everything else needs the hub."
            ),
        ),
        (Piece(""),),
    ]


def _word(word: Word) -> list[Pieces]:
    name = f"/{word.name}" + (f"  /{word.short}" if word.short else "")
    found: list[Pieces] = [(Piece(name, Tone.STRONG), Piece(f"   {word.help}"))]
    several = len(word.usage) > 1
    for form in word.usage:
        says = f"{form}   {FORMS[form][0]}" if several else form
        found += [(Piece("    /"), Piece(says))]
    meant = MEANT.get(word.name, {}).items()
    found += [(Piece(f"        {said:<12}", Tone.STRONG), Piece(means)) for said, means in meant]
    examples = "   ".join(word.examples)
    found.append((Piece("    for example ", Tone.QUIET), Piece(examples, Tone.QUIET)))
    found.append((Piece("    who: ", Tone.QUIET), Piece(who_may(word), Tone.QUIET)))
    return found


def _marks() -> list[Pieces]:
    return [
        (Piece(""),),
        (Piece("Marks, as the last things on a line. Times are UTC.", Tone.ACCENT),),
        (Piece('~14:01  ~"10 min ago"  ~now   when it happened'),),
        (Piece("+10m  +1h30m  +@14:30   when it is due, or how long objections are heard"),),
        (Piece("!high  !medium  !low    the risk of a decision"),),
        (Piece("x3                      how many people an invite lets in"),),
        (Piece(""),),
    ]


def _keys(keymap: Keymap, places: list[Where]) -> list[Pieces]:
    found: list[Pieces] = []
    for where in places:
        found.append((Piece(f"Keys: {where}", Tone.ACCENT),))
        for key in keymap.keys:
            if key.where is where:
                shown = key.shown.ljust(_KEY - 1)
                found.append((Piece(f"{shown} ", Tone.STRONG), Piece(key.help)))
        found.append((Piece(""),))
    return found
