"""What nobody can be called, and which names read the same."""

import pytest

from warroom.domain.naming import RESERVED, likeness, problem
from warroom.domain.vocabulary import Role, spoken
from warroom.words.interpret.reader import ROLES

PEOPLE = (
    "Ana Ruiz",
    "kim",
    "root",
    "O'Neil-Smith, Jr.",
    "Zoë",
    "Nguyễn Văn A",
    "明",
    "محمد",
    "Ольга",
    "k.lee_2",
)


@pytest.mark.parametrize("name", PEOPLE)
def test_people_are_called_many_things(name: str) -> None:
    """Every script has its names."""
    assert problem(name) is None


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_words_of_the_house_are_nobody_s_name(name: str) -> None:
    """In whatever case, width and script they are written."""
    said = problem(name)
    assert said is not None
    assert "stands for something else" in said
    assert problem(name.upper()) is not None


def test_every_role_is_reserved_as_it_is_written_and_said() -> None:
    """`@tl` means who leads the technical side, and nobody else."""
    assert set(ROLES) | {spoken(role) for role in Role} <= RESERVED


@pytest.mark.parametrize("name", ["НUB", "ｈｕｂ", "hub ", "h\u03c5b", "everу0ne"])
def test_a_disguise_does_not_help(name: str) -> None:
    """Cyrillic, full width, a blank, Greek, a digit."""
    assert problem(name) is not None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("a\x1b[2Jb", "escape character"),
        ("a\u202eb", "turns the direction"),
        ("a\u200bb", "U+200B"),
        ("a\u200db", "U+200D"),
        ("a\u00a0b", "U+00A0"),
        ("a\u3164b", "U+3164"),
        ("a\ufe0fb", "U+FE0F"),
        ("a\nb", "U+000A"),
        ("Ana(Kim)", "( cannot stand"),
        ("[redacted]", "[ cannot stand"),
        ("@kim", "@ cannot stand"),
        ("...", "needs a letter"),
    ],
)
def test_what_cannot_be_seen_or_means_something_is_refused(name: str, word: str) -> None:
    """And the person is told what it is."""
    assert word in (problem(name) or "")


@pytest.mark.parametrize("other", ["KIM", "Ｋｉｍ", "Кim", "kіm", " kim ", "KIΜ"])
def test_names_that_read_the_same(other: str) -> None:
    """After NFKC and case folding, and with the letters that look alike."""
    assert likeness("Kim") == likeness(other)


@pytest.mark.parametrize("other", ["Kimm", "Tim", "Kím", "Kim Lee"])
def test_names_that_do_not(other: str) -> None:
    """An accent is seen."""
    assert likeness("Kim") != likeness(other)
