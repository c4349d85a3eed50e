"""A paste that comes key by key, told from typing by the times between keys."""

from warroom.tui.present.rush import ALONE, BURST, HELD_OVER, Rush

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
    assert not rush.is_paste(HELD_OVER + 1, holding=False)


def test_a_long_rush_is_a_paste_and_a_short_one_a_line() -> None:
    """Up to three lines are sent as they are: a laggy line brings typed keys together."""
    rush = Rush()
    end = keys(rush, 1.0, 40, RUSHED)
    assert rush.is_paste(HELD_OVER + 1, holding=False)
    keys(rush, end + 5, 40, RUSHED)
    assert not rush.is_paste(HELD_OVER, holding=False)


def test_one_quick_key_counts_for_the_whole_line() -> None:
    """A pause in a paste, right before the end of a line, does not turn it into typing."""
    rush = Rush()
    end = keys(rush, 1.0, 40, RUSHED)
    rush.key(end + 20 * BURST)
    assert rush.is_paste(HELD_OVER + 1, holding=False)


def test_the_next_line_is_judged_anew() -> None:
    """Who types after a paste is someone who types."""
    rush = Rush()
    end = keys(rush, 1.0, 40, RUSHED)
    assert rush.is_paste(HELD_OVER + 1, holding=False)
    keys(rush, end + 1, 10, TYPED)
    assert not rush.is_paste(HELD_OVER + 1, holding=False)


def test_only_an_enter_by_itself_answers() -> None:
    """While a paste is held, its other pieces join it, wherever it was interrupted."""
    rush = Rush()
    end = keys(rush, 1.0, 40, RUSHED)
    assert rush.is_paste(HELD_OVER + 1, holding=False)
    end = keys(rush, end + 2 * ALONE, 8, RUSHED)
    assert rush.is_paste(1, holding=True)
    rush.key(end + ALONE / 2)
    assert rush.is_paste(1, holding=True)
    rush.key(end + ALONE / 2 + ALONE)
    assert not rush.is_paste(1, holding=True)


def test_an_enter_after_a_marked_paste_is_an_answer() -> None:
    """Bracketed paste says where it ends: nothing needs to be guessed from times."""
    rush = Rush()
    end = keys(rush, 1.0, 5, RUSHED)
    rush.pasted()
    rush.key(end + RUSHED)
    assert not rush.is_paste(HELD_OVER + 1, holding=True)
