"""A paste arrives as it is, whatever it holds and however it is cut into pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from warroom.tui.paste_guard import END, START, Parser, PasteGuard

COLOURED = "\x1b[31mred\x1b[0m <[@click=app.quit]>\nnext \x1b"


def passed(*pieces: str) -> str:
    guard = PasteGuard()
    return "".join(guard.pass_on(piece) for piece in pieces)


def heard(*pieces: str) -> list[events.Event]:
    """What Textual makes of it."""
    parser = Parser()
    messages = [message for piece in pieces for message in parser.feed(piece)]
    return [message for message in messages if isinstance(message, events.Event)]


def test_what_is_typed_passes_untouched() -> None:
    """Nor is a lone escape held up: it is a key."""
    assert "a\x1b" == passed("a", "\x1b")
    assert "\x1b[A\x1b[20" == passed("\x1b[A", "\x1b[20")


def test_escape_characters_in_a_paste_are_made_visible() -> None:
    """The marks stay, the text is whole."""
    text = COLOURED.replace("\x1b", "␛")
    assert f"{START}{text}{END}\x1b[A" == passed(f"{START}{COLOURED}{END}\x1b[A")


@given(st.lists(st.integers(0, 80), max_size=6))
def test_it_does_not_matter_where_it_is_cut(cuts: list[int]) -> None:
    """The marks themselves may come in pieces."""
    whole = f"x{START}{COLOURED}{END}y{START}2\x1b[20{END}z"
    places = [0, *sorted(cuts), len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(places)]
    assert passed(whole) == passed(*pieces)


@pytest.mark.parametrize(
    "pieces", [(f"{START}{COLOURED}{END}",), (START, COLOURED, "\x1b[2", "01~")]
)
def test_textual_hears_one_paste_and_no_key(pieces: tuple[str, ...]) -> None:
    """Text that somebody pasted must press no key."""
    (paste,) = heard(*pieces)
    assert isinstance(paste, events.Paste)
    assert COLOURED.replace("\x1b", "␛") == paste.text
