"""Scopes as people write them, on the command line: there no room is the one that is meant."""

import pytest

from warroom.words.misread import Misread
from warroom.words.scopes import read_scope


def test_a_guest_is_for_a_room_that_is_named() -> None:
    """In a room, that room may be meant; elsewhere none is."""
    assert ("guest", "INC-7", None) == read_scope("guest", "INC-7")
    with pytest.raises(Misread, match="a guest is for one room: guest:INC-7"):
        read_scope("guest")
