"""Lines of the composer and arguments of the command line, taken apart."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.words.guesses import INSTEAD, KEYS
from warroom.words.marks import Marks
from warroom.words.misread import UnknownWord
from warroom.words.parse import Said, read_arguments, read_line
from warroom.words.table import WORDS, find


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("p99 back to normal", Said("post", "p99 back to normal")),
        ("p99 is 4 s ~14:01", Said("post", "p99 is 4 s", marks=Marks(at="14:01"))),
        ("/o p99 4.2 s ~14:01", Said("obs", "p99 4.2 s", marks=Marks(at="14:01"))),
        ("  /OBS p99", Said("obs", "p99")),
        ("@bo: p99 is 4 s", Said("post", "p99 is 4 s", "bo")),
        ("@bo: /o p99", Said("obs", "p99", "bo")),
        ("/obs @bo: p99", Said("obs", "p99", "bo")),
        ("@bo: /obs @kim: p99", Said("obs", "@kim: p99", "bo")),
        ("@host:22 is down", Said("post", "@host:22 is down")),
        ("/a @bo drain +10m", Said("act", "@bo drain", marks=Marks(due="10m"))),
        ("/p fail over !high", Said("propose", "fail over", marks=Marks(risk="high"))),
        ("/o up by +10m", Said("obs", "up by +10m")),
        ("/info started ~13:40", Said("info", "started ~13:40")),
        ("/b", Said("brief")),
        ("", Said("post", "")),
    ],
)
def test_a_line_is_taken_apart(line: str, said: Said) -> None:
    """Word or plain text, who said it, and the marks that the word takes."""
    assert said == read_line(line)


def test_text_of_many_lines_stays_whole() -> None:
    """The indent of a pasted block is kept; empty lines around it are not."""
    assert Said("post", "  a\n    b") == read_line("\n  a\n    b\n\n")
    assert Said("obs", "a\n  b", marks=Marks(at="14:01")) == read_line("/o a\n  b ~14:01")


def test_text_is_made_visible() -> None:
    """An escape sequence that was pasted is text from here on."""
    assert Said("post", "␛[31m") == read_line("\x1b[31m")


@pytest.mark.parametrize(
    ("line", "nearest"),
    [("/decid roll back", ("decide",)), ("/var/full", ()), ("/", ()), ("/ obs", ())],
)
def test_a_word_there_is_not_names_its_neighbours(line: str, nearest: tuple[str, ...]) -> None:
    """What may be a path or a slip is not sent, and the words spelt like it are named."""
    with pytest.raises(UnknownWord, match=r"there is no word /|say which word: tab") as caught:
        read_line(line)
    assert nearest == caught.value.nearest
    assert ("/ " in f"{line} ") == caught.value.text.startswith("say which word")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("/resolve it is done", "there is no word /resolve; /status resolved says it"),
        ("/IC", "there is no word /IC; /role ic says it"),
        ("/sev1 all of it", "there is no word /sev1; /sev 1 REASON says it"),
        ("/help", "there is no word /help; F1 is the help"),
    ],
)
def test_a_word_that_people_try_first_names_the_line_that_says_it(line: str, text: str) -> None:
    """And not the word whose letters are nearest: /resolve is no /remove."""
    with pytest.raises(UnknownWord) as caught:
        read_line(line)
    assert text == caught.value.text


@pytest.mark.parametrize("guess", [*INSTEAD, *KEYS])
def test_what_is_named_instead_is_a_line_one_can_write(guess: str) -> None:
    """It begins a word there is; what is guessed is none."""
    assert find(guess) is None
    if guess in INSTEAD:
        said = read_line(INSTEAD[guess])
        with pytest.raises(UnknownWord) as caught:
            read_line(f"/{guess}")
        assert (said.word,) == caught.value.nearest


def test_arguments_say_what_a_line_says() -> None:
    """Headless, the same word and arguments give the same as in the composer."""
    line = read_line("@kim: /act @bo drain pool-3 ~14:01 +10m")
    assert line == read_arguments(
        "act", ["@bo", "drain pool-3"], said_by="@kim", marks=Marks(at="14:01", due="10m")
    )
    assert line == read_arguments("act", ["@bo", "drain pool-3", "~14:01", "+10m"], said_by="kim")


def test_a_said_by_begins_the_arguments_too() -> None:
    """As in the composer; not of a text that came through a pipe, and once."""
    line = read_line("/obs @kim: p99 is 4 s")
    assert line == read_arguments("obs", ["@kim: p99 is 4 s"])
    assert line == read_arguments("obs", ["@kim:", "p99 is 4 s"])
    assert Said("post", "@all: down") == read_arguments("post", ["@all: down"], typed=False)
    assert Said("post", "@kim: p99", "bo") == read_arguments("post", ["@kim: p99"], said_by="@bo")


def test_an_option_has_it_over_a_mark() -> None:
    """Said in both ways, what the option says counts."""
    said = read_arguments("decide", ["fail over", "!low"], marks=Marks(risk="high"))
    assert Said("decide", "fail over", marks=Marks(risk="high")) == said


@pytest.mark.parametrize("name", ["o", "drop"])
def test_headless_words_have_no_short_forms(name: str) -> None:
    """In a script only the whole word counts."""
    with pytest.raises(UnknownWord):
        read_arguments(name, ["x"])


@given(st.text())
def test_every_line_is_a_word_or_unknown(line: str) -> None:
    """Nothing that can be typed makes the reading fail."""
    with suppress(UnknownWord):
        assert read_line(line).word in {word.name for word in WORDS}
