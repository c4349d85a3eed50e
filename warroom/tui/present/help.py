"""Help: every word and every key, from the tables that make them work."""

from warroom.tui.keymap import KEYS, Where
from warroom.tui.present.pieces import Piece, Pieces, Tone
from warroom.words.table import WORDS, Word, who_may

_KEY = 22


def lines() -> list[Pieces]:
    """The words with forms, examples and who may; then the keys by where they work."""
    return [*_intro(), *(line for word in WORDS for line in _word(word)), *_marks(), *_keys()]


def _intro() -> list[Pieces]:
    return [
        (Piece("Words", Tone.ACCENT),),
        (Piece("Plain text is a note. Everything else is a word after a slash, then enter."),),
        (Piece("@bo: TEXT records what Bo said; it works after any word, too."),),
        (Piece(""),),
    ]


def _word(word: Word) -> list[Pieces]:
    name = f"/{word.name}" + (f"  /{word.short}" if word.short else "")
    found: list[Pieces] = [(Piece(name, Tone.STRONG), Piece(f"   {word.help}"))]
    found += [(Piece(f"    /{form}"),) for form in word.usage]
    found.append((Piece(f"    for example {'   '.join(word.examples)}", Tone.QUIET),))
    found.append((Piece(f"    who: {who_may(word)}", Tone.QUIET),))
    return found


def _marks() -> list[Pieces]:
    return [
        (Piece(""),),
        (Piece("Marks, as the last things on a line. Times are UTC.", Tone.ACCENT),),
        (Piece('~14:01  ~"10 min ago"   when it happened'),),
        (Piece("+10m  +1h30m  +@14:30   when it is due, or how long objections are heard"),),
        (Piece("!high  !medium  !low    the risk of a decision"),),
    ]


def _keys() -> list[Pieces]:
    found: list[Pieces] = []
    for where in Where:
        found += [(Piece(""),), (Piece(f"Keys: {where}", Tone.ACCENT),)]
        for key in KEYS:
            if key.where is where:
                found.append((Piece(key.shown.ljust(_KEY), Tone.STRONG), Piece(key.help)))
    return found
