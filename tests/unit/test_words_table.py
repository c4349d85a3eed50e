"""The table of words: complete, without clashes, and true about who may."""

import re
from typing import get_args

import pytest

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain.vocabulary import Scope
from warroom.words.interpret import MEANINGS
from warroom.words.parse import read_line
from warroom.words.table import WORDS, Word, find, may, who_may


def word(name: str) -> Word:
    found = find(name)
    assert found is not None
    return found


def test_every_word_has_a_meaning() -> None:
    """The table and the interpretation name the same words."""
    assert [word.name for word in WORDS] == sorted(
        MEANINGS, key=[word.name for word in WORDS].index
    )


def test_every_command_has_a_word() -> None:
    """What people can ask can be said, but for the declaration and the policy, which have
    places of their own."""
    said = {command for word in WORDS for command in word.commands}
    assert set(get_args(c.PersonCommand)) - said == {c.Declare, c.ChangePolicy}


def test_no_two_words_are_spelt_alike() -> None:
    """A name or a short form means one word."""
    spelt = [name for word in WORDS for name in (word.name, word.short) if name]
    assert len(spelt) == len(set(spelt))


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_every_word_explains_itself(word: Word) -> None:
    """Its help is a sentence, its forms begin with it, its examples are lines that say it."""
    assert word.help.endswith(".")
    assert all(form.split()[0] == word.name for form in word.usage)
    assert {word.name} == {read_line(example).word for example in word.examples}


def test_short_forms_are_found_unless_names_alone_count() -> None:
    """The composer knows `o`; a script does not."""
    assert "obs" == word("O").name
    assert None is find("o", short=False)


def test_who_may_follows_from_the_permissions() -> None:
    """The right is told as the table of permissions has it, form by form where they differ."""
    assert "anyone" == who_may(word("obs"))
    assert "anyone" == who_may(word("brief"))
    assert "whoever runs the hub" == who_may(word("invite"))
    assert "incident commander or deputy (anyone while nobody is in command)" == who_may(
        word("sev")
    )
    assert "appoint: incident commander" in who_may(word("role"))
    assert "; decide a proposal: incident commander or deputy (" in who_may(word("decide"))
    assert not [one.name for one in WORDS if re.search(r"\w\.\w", who_may(one))]


def test_whether_someone_may_now(staffed: Playbook) -> None:
    """Who holds no role may not set the severity, and an observer may only look."""
    i = staffed.incident
    assert may(word("sev"), i, "ana", Scope.RESPONDER)
    assert not may(word("sev"), i, "cy", Scope.RESPONDER)
    assert not may(word("obs"), i, "cy", Scope.OBSERVER)
    assert may(word("brief"), i, "cy", Scope.OBSERVER)
    assert not may(word("invite"), i, "ana", Scope.RESPONDER)
    assert may(word("invite"), i, "cy", Scope.OBSERVER, operator=True)
