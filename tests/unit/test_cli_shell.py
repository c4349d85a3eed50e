"""What the composer's lines are in a shell: nothing that a shell would take for its own."""

import shlex

import pytest

from warroom.cli.shell import shell_form, shell_hint
from warroom.words.table import WORDS


@pytest.mark.parametrize(
    ("composer", "shell"),
    [
        ("someone else approves it: /redact #41 approve", "warroom redact 41 approve"),
        ("write /o p99 4.2 s ~14:01, for example", "write warroom obs p99 4.2 s ~14:01"),
        ("reopen it first: /status investigating REASON", "first: warroom status investigating"),
        ("nobody asked to redact #41: /redact #41 REASON", "redact #41: warroom redact 41 REASON"),
        ("take the role: /role ic", "take the role: warroom role ic"),
    ],
)
def test_a_hint_names_the_command(composer: str, shell: str) -> None:
    """Short forms stand in full, and entries without the sign that begins a comment."""
    assert shell in shell_hint(composer)


@pytest.mark.parametrize(
    "text", ["/var full", "in /var/post", "a /post/b", "1/2 and/or", "http://act"]
)
def test_paths_are_left_alone(text: str) -> None:
    """A slash makes no command of what is none."""
    assert text == shell_hint(text)


@pytest.mark.parametrize("form", [form for word in WORDS for form in word.usage])
def test_forms_hold_nothing_that_a_shell_takes(form: str) -> None:
    """No comment, no end of a command, no history, outside of quotes."""
    shown = shell_form(form)
    assert shown.startswith("warroom ")
    bare = [part for part in shlex.split(shown, comments=True) if " " not in part]
    assert not any(part.startswith("!") or ";" in part for part in bare)
    assert len(shlex.split(shown)) == len(shlex.split(shown, comments=True))
