"""A paste that comes key by key, told from typing by the times between keys."""

from warroom.tui.present.rush import ALONE, BURST, HELD_OVER, Ends, Rush

TYPED = 0.08
RUSHED = 0.001


def keys(rush: Rush, start: float, count: int, apart: float) -> float:
    """So many keys, the last of them an enter; its time."""
    for number in range(count):
        rush.key(start + number * apart)
    return start + (count - 1) * apart


def test_typed_lines_are_sent() -> None:
    """However many lines someone types, enter sends them."""
    rush = Rush()
    keys(rush, 1.0, 40, TYPED)
    assert Ends.LINE is rush.ends(HELD_OVER + 1, holding=False)


def test_a_long_rush_is_a_paste_and_a_short_one_a_line() -> None:
    """A laggy line brings typed keys together; if no enter is among them, they are one line."""
    rush = Rush()
    end = keys(rush, 1.0, 40, RUSHED)
    assert Ends.PASTE is rush.ends(HELD_OVER + 1, holding=False)
    keys(rush, end + 5, 40, RUSHED)
    assert Ends.LINE is rush.ends(HELD_OVER, holding=False)


def test_one_quick_key_counts_for_the_whole_line() -> None:
    """A pause in a paste, right before the end of a line, does not turn it into typing."""
    rush = Rush()
    end = keys(rush, 1.0, 40, RUSHED)
    rush.key(end + 20 * BURST)
    assert Ends.PASTE is rush.ends(HELD_OVER + 1, holding=False)


def test_the_next_line_is_judged_anew() -> None:
    """Who types after a paste is someone who types."""
    rush = Rush()
    end = keys(rush, 1.0, 40, RUSHED)
    assert Ends.PASTE is rush.ends(HELD_OVER + 1, holding=False)
    keys(rush, end + 1, 10, TYPED)
    assert Ends.LINE is rush.ends(HELD_OVER + 1, holding=False)


def test_only_an_enter_by_itself_answers() -> None:
    """While a paste is held, its other pieces join it, wherever it was interrupted."""
    rush = Rush()
    end = keys(rush, 1.0, 40, RUSHED)
    assert Ends.PASTE is rush.ends(HELD_OVER + 1, holding=False)
    end = keys(rush, end + 2 * ALONE, 8, RUSHED)
    assert Ends.PASTE is rush.ends(1, holding=True)
    rush.key(end + ALONE / 2)
    assert Ends.PASTE is rush.ends(1, holding=True)
    rush.key(end + ALONE / 2 + ALONE)
    assert Ends.LINE is rush.ends(1, holding=True)


def test_an_enter_after_a_marked_paste_is_an_answer() -> None:
    """Bracketed paste says where it ends: nothing needs to be guessed from times."""
    rush = Rush()
    end = keys(rush, 1.0, 5, RUSHED)
    rush.pasted()
    rush.key(end + RUSHED)
    assert Ends.LINE is rush.ends(HELD_OVER + 1, holding=True)


def test_a_few_lines_at_once_are_asked_about() -> None:
    """Someone may have typed them while the machine stood still, and meant each by itself."""
    rush = Rush()
    keys(rush, 1.0, 10, RUSHED)
    rush.joined()
    keys(rush, 1.1, 10, RUSHED)
    assert Ends.UNSURE is rush.ends(2, holding=False)
    rush.key(5.0)
    assert Ends.LINE is rush.ends(2, holding=False)


def test_a_break_that_was_taken_out_again_is_none() -> None:
    """Only one line is left: there is nothing to ask."""
    rush = Rush()
    keys(rush, 1.0, 10, RUSHED)
    rush.joined()
    rush.key(2.0)
    assert Ends.LINE is rush.ends(1, holding=False)


def test_the_time_between_two_keys_is_told() -> None:
    """In seconds; the first key comes after for ever."""
    rush = Rush()
    assert float("inf") == rush.key(1.0)
    assert 0.5 == rush.key(1.5)
    assert not rush.running
    rush.key(1.5)
    assert rush.running
