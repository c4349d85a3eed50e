"""Other people's text is safe to show, and still says what was in it."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warroom.text import FORBIDDEN, forbidden_in, is_forbidden, one_line, visible

POINTS = sorted({point for first, last, _ in FORBIDDEN for point in (first, last)})
ANY = st.text(st.characters(exclude_categories=()))
NASTY = st.text(st.sampled_from([*map(chr, POINTS), *"ab \r\n\t<U+>␛é漢"]))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0x00, 0x08),
        (0x0B, 0x1F),
        (0x7F, 0x9F),
        (0x061C, 0x061C),
        (0x200E, 0x200F),
        (0x2028, 0x202E),
        (0x2066, 0x2069),
        (0xD800, 0xDFFF),
        (0xE0000, 0xE007F),
    ],
)
def test_forbidden_ranges_end_where_they_should(first: int, last: int) -> None:
    """Every code point of a range is forbidden, and its neighbours are not."""
    assert all(is_forbidden(chr(point)) for point in range(first, last + 1))
    assert not is_forbidden(chr(last + 1))
    assert first == 0 or not is_forbidden(chr(first - 1))


@pytest.mark.parametrize(
    "char", ["\t", "\n", " ", "a", "é", "漢", "\u200d", "\u200c", "\ufe0f", "🏴"]
)
def test_what_people_write_is_allowed(char: str) -> None:
    """Tab, newline and the joiners that languages need are not forbidden."""
    assert not is_forbidden(char)
    assert char == visible(char)


def test_every_control_and_direction_character_is_forbidden() -> None:
    """Unicode's own tables know no control, surrogate or direction control that passes."""
    turns = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    for point in range(0x110000):
        char = chr(point)
        if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}:
            assert (char not in "\t\n") == is_forbidden(char)
        elif unicodedata.bidirectional(char) in turns:
            assert is_forbidden(char)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("pool drained\x1b[2J", 13, "an escape character at position 13"),
        ("\x00", 1, "a null character at position 1"),
        ("a\r\n", 2, "a carriage return at position 2"),
        ("a\x9b31m", 2, "a control character (U+009B) at position 2"),
        ("ab\u202ecod.exe", 3, "a mark that turns the direction of text (U+202E) at position 3"),
        ("\ud83d", 1, "half of a character (U+D83D) at position 1"),
        ("a\U000e0041", 2, "an invisible tag character (U+E0041) at position 2"),
    ],
)
def test_a_refusal_names_what_it_refuses(text: str, position: int, words: str) -> None:
    """The first forbidden character is found, with its place and a name for a person."""
    found = forbidden_in(text)
    assert found is not None
    assert position == found.position
    assert words == str(found)


def test_a_refusal_unpacks() -> None:
    """What is found is a plain pair of position and description."""
    position, description = forbidden_in("a\a\x1b") or (0, "")
    assert 2 == position
    assert "a bell character" == description


def test_nothing_is_found_in_clean_text() -> None:
    """Clean text has nothing to refuse."""
    assert forbidden_in("p99 4.2 s\n\terrors 31 %") is None


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("␛]52;c;aGk=␇", "\x1b]52;c;aGk=\a"),
        ("a␀b␡", "a\x00b\x7f"),
        ("<U+009B>2J", "\x9b2J"),
        ("evil<U+202E>gpj.exe", "evil\u202egpj.exe"),
        ("<U+DC80>", "\udc80"),
        ("<U+E0041>", "\U000e0041"),
        ("one\ntwo\nthree\n\nfive", "one\r\ntwo\rthree\n\r\nfive"),
        ("a\n\nb", "a\r\rb"),
    ],
)
def test_what_was_hidden_is_seen(shown: str, text: str) -> None:
    """Controls become pictures, other hidden marks their names, line ends newlines."""
    assert shown == visible(text)


@given(ANY | NASTY)
@example("\x1b\r\n\r\x9b\u202e\U000e007f\ud800")
def test_visible_is_clean_and_settled(text: str) -> None:
    """Whatever comes in, what goes out may be shown, and going through again changes nothing."""
    shown = visible(text)
    assert forbidden_in(shown) is None
    assert shown == visible(shown)


@given(ANY | NASTY)
def test_lines_are_lines_for_everyone(text: str) -> None:
    """After `visible`, Python's widest idea of a line end finds newlines only."""
    shown = visible(text)
    assert shown.split("\n") == (shown + "\n").splitlines()


@given(ANY | NASTY)
def test_clean_text_is_left_alone(text: str) -> None:
    """`visible` changes a text exactly if something in it is forbidden."""
    assert (forbidden_in(text) is None) == (text == visible(text))


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("drain pool-3", "  drain pool-3\n"),
        ("one␤two", "one\ntwo"),
        ("one␤two", "one\r\ntwo"),
        ("a b", "a\tb"),
        ("␛[2J", "\x1b[2J"),
        ("", "\n\t\n"),
    ],
)
def test_a_row_is_one_line(row: str, text: str) -> None:
    """Newlines are seen, tabs are blanks, and the blank ends are gone."""
    assert row == one_line(text)


@given(ANY | NASTY)
def test_one_line_is_clean_and_settled(text: str) -> None:
    """A row holds no line end, nothing forbidden, and is its own row."""
    row = one_line(text)
    assert forbidden_in(row) is None
    assert not {"\n", "\t"} & set(row)
    assert row == one_line(row)
