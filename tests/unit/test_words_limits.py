"""The limits of what the hub takes, said before it is asked."""

import pytest

from warroom.client.inviting import InviteWanted
from warroom.words.limits import hold_to_limits
from warroom.words.misread import Misread


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (InviteWanted(name="x" * 301), "name is too long; write 300 characters at most"),
        (InviteWanted(name="Dee\nPark"), "name must stand on one line; leave out the line breaks"),
        (InviteWanted(handle="x" * 25), "handle is too long; write 24 characters at most"),
        (
            InviteWanted(handle="dee park"),
            "a handle has letters, digits, dots, - and _, and no blanks: @dee",
        ),
    ],
)
def test_what_is_over_a_limit_is_named_with_it(wanted: InviteWanted, why: str) -> None:
    """A person's sentence, whatever the type says."""
    with pytest.raises(Misread) as caught:
        hold_to_limits(wanted)
    assert why == caught.value.text


def test_what_is_within_them_passes() -> None:
    """The longest name is one that the hub takes."""
    hold_to_limits(InviteWanted(name="x" * 300, handle="x" * 24))
